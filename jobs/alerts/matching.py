"""Match new openings with alerts, and put digests and renewal requests into the outbox.

Each batch of `BATCH_SIZE` alerts takes a fixed number of queries. Openings are streamed and compared in Python, so
memory does not grow with their number.
"""

import logging
from heapq import nsmallest
from math import inf
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from departments.geo.points import FARTHEST_MILES, Point, chord_squared
from departments.names import searched_words
from policeapp.database.unavailable import is_temporary

from ..models import Job
from .messages import Message, NotifiedOpening
from .models import Alert

logger = logging.getLogger(__name__)

BATCH_SIZE = 1000  # alerts
MAX_FAILED = 100  # alerts; if more fail, it is not the fault of single ones
# A digest lists the nearest or newest openings, up to this number, and links to the search for the rest.
MAX_OPENINGS = 50
# The number of candidates at which a matcher drops the worse ones.
MAX_CANDIDATES = 4 * MAX_OPENINGS


class OpeningRow(NamedTuple):
    """The columns of an opening that alerts compare. `x`, `y`, `z` are the department's unit vector, or None."""

    pk: int
    open_since: object
    words: str
    all_words: str
    kind: str
    pay_yearly: object
    department: int
    state: str
    x: float
    y: float
    z: float

    COLUMNS = ("pk", "open_since", "words", "all_words", "kind", "pay_yearly", "department_id", "department__state")
    COLUMNS += ("department__x", "department__y", "department__z")

    @property
    def period(self):
        """The key of the opening and since when it is open: subscribers hear of it once each time it opens."""
        return self.pk, self.open_since


class AlertMatcher:
    """Compares many openings with one alert, by the same rules as the job search.

    Keywords follow :meth:`JobQuerySet.best_match`, place and radius :meth:`JobQuerySet.near`. `notified` is the set of
    periods that the subscriber already received; alerts of one subscriber share it.
    """

    def __init__(self, alert, notified):
        self.alert, self.notified = alert, notified
        self.new_since, self.department, self.state = alert.new_since, alert.department_id, alert.state
        self.kind, self.pay = alert.kind, alert.pay
        self.words = [tuple(f" {prefix}" for prefix in prefixes) for prefixes in searched_words(alert.q)]
        self.vector = None if alert.latitude is None else Point(alert.latitude, alert.longitude).vector
        self.max_chord_squared = chord_squared(FARTHEST_MILES if alert.miles is None else alert.miles)
        self.candidates = []

    def consider(self, opening):
        """Add the period of the opening to the candidates if it matches."""
        if (
            (self.department and self.department != opening.department)
            or (self.state and self.state != opening.state)
            or (self.kind and self.kind != opening.kind)
            or opening.open_since < self.new_since
            or (self.pay and (opening.pay_yearly is None or opening.pay_yearly < self.pay))
        ):
            return
        rank = -opening.open_since.timestamp()
        if self.vector:
            rank = self.chord_squared_to(opening)
            if rank > self.max_chord_squared:
                return
        if opening.period not in self.notified and self.has_keywords(opening.all_words):
            self.candidates.append((not self.has_keywords(opening.words), rank, opening.period))
            if len(self.candidates) == MAX_CANDIDATES:
                self.candidates = nsmallest(MAX_CANDIDATES // 2, self.candidates)

    def has_keywords(self, text):
        return all(any(prefix in text for prefix in word) for word in self.words)

    def chord_squared_to(self, opening):
        """Return the distance as the database computes it (:mod:`departments.geo.points`); infinity if unknown."""
        if opening.x is None:
            return inf
        x, y, z = self.vector
        x, y, z = opening.x - x, opening.y - y, opening.z - z
        return x * x + y * y + z * z

    def best(self):
        """Return the periods of at most `MAX_OPENINGS` openings, best first, without those in `notified`."""
        new = (candidate for candidate in self.candidates if candidate[-1] not in self.notified)
        return [period for *_rank, period in nsmallest(MAX_OPENINGS, new)]


def prepare_digests(has_time=lambda: True):
    """Put due digests into the outbox while `has_time()` is true, and return their number.

    Several processes can call it at the same time. An alert that fails is logged, and stays due for the next call.
    """
    count, failed = 0, []
    now = timezone.now()
    while has_time() and (due := list(Alert.objects.due(now).exclude(pk__in=failed).order_by("pk")[:BATCH_SIZE])):
        count += _try_to_create_digests(due, now, failed)
    return count


def find_openings(alerts, at):
    """Return `{alert's key: [(opening's key, open since), ...]}`, best first, for the alerts that match new openings.

    An opening is listed once per subscriber, and only if it is open at `at` and not a sample. Takes two queries.
    """
    openings = Job.objects.open(at).real().new_since(min(alert.new_since for alert in alerts))
    notified = {alert.subscriber_id: set() for alert in alerts}
    known = NotifiedOpening.objects.filter(subscriber__in=notified, job__in=openings)
    for subscriber, *period in known.values_list("subscriber_id", "job_id", "open_since").iterator():
        notified[subscriber].add(tuple(period))
    matchers = [AlertMatcher(alert, notified[alert.subscriber_id]) for alert in alerts]
    for opening in map(OpeningRow._make, openings.values_list(*OpeningRow.COLUMNS).iterator()):
        for matcher in matchers:
            matcher.consider(opening)
    found = {}
    for matcher in matchers:
        if best := matcher.best():
            found[matcher.alert.pk] = best
            matcher.notified.update(best)
    return found


@transaction.atomic
def _create_digests(alerts, found, at):
    """Create a digest for each alert that is still due and has openings, and return their number."""
    due = Alert.objects.due(at).filter(pk__in=[alert.pk for alert in alerts])
    due = {alert.pk: alert for alert in due.order_by("pk").select_for_update(of=["self"])}
    digests = [Message(alert=alert, kind=Message.Kind.DIGEST) for pk, alert in due.items() if pk in found]
    Message.objects.bulk_create(digests)
    openings = [
        NotifiedOpening(subscriber_id=digest.alert.subscriber_id, message=digest, job_id=job, open_since=open_since)
        for digest in digests
        for job, open_since in found[digest.alert_id]
    ]
    # All processes insert in the same order, so they wait for each other, and the later one adds no duplicates.
    openings.sort(key=lambda opening: (opening.subscriber_id, opening.job_id))
    NotifiedOpening.objects.bulk_create(openings, ignore_conflicts=True)
    empty = Message.objects.filter(pk__in=[digest.pk for digest in digests], notified_openings=None)
    deleted, _by_model = empty.delete()
    # Round down to the hour, so that a run that starts a little earlier than yesterday's still finds the alert due.
    Alert.objects.filter(pk__in=due).update(notified_until=at.replace(minute=0, second=0, microsecond=0))
    return len(digests) - deleted


def _try_to_create_digests(alerts, at, failed):
    """Create the due digests of these alerts and return their number.

    If that fails, try each half alone, until only the alerts that fail are left; add their keys to `failed`.
    """
    try:
        return _create_digests(alerts, find_openings(alerts, at), at)
    except Exception as error:
        if is_temporary(error) or len(failed) == MAX_FAILED:
            raise
        if len(alerts) == 1:
            logger.exception("Alert %s cannot be compared with openings", alerts[0].pk)
            failed.append(alerts[0].pk)
            return 0
    middle = len(alerts) // 2
    return sum(_try_to_create_digests(half, at, failed) for half in (alerts[:middle], alerts[middle:]))


def prepare_renewals():
    """Put due renewal requests into the outbox, pause unanswered alerts, and return the number of requests."""
    count = 0
    now = timezone.now()
    while created := _create_renewal_requests(now):
        count += created
    with transaction.atomic():
        unanswered = Alert.objects.unanswered(now)
        Alert.objects.filter(pk__in=unanswered.values("pk")).update(paused=True, renewal_requested_at=None)
    return count


@transaction.atomic
def _create_renewal_requests(at):
    due = Alert.objects.due_for_renewal(at).order_by("pk")
    alerts = list(due.select_for_update(of=["self"])[:BATCH_SIZE])
    Message.objects.bulk_create(Message(alert=alert, kind=Message.Kind.RENEW) for alert in alerts)
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(renewal_requested_at=at)
    return len(alerts)
