"""New openings find the alerts that wait for them: digests, and the question after a year, are put into the outbox.

The number of queries that read does not depend on how many alerts or subscribers there are, but for one more round of
them for every ``BATCH`` alerts; what is found is written in bulk. The openings are read in a stream and compared in
Python, so that memory does not grow with their number either.
"""

from heapq import nsmallest
from math import inf
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from departments.geography import FARTHEST_MILES, Point, chord_squared
from departments.names import beginnings, normalise

from ..models import Job
from .messages import Message, Told
from .models import Alert

BATCH = 1000  # alerts
# A digest tells of so many openings at most, the nearest or the newest; it links to the search, which has them all.
MOST = 50
# So many are kept in mind while there may be better ones.
KEPT = 4 * MOST


class Opening(NamedTuple):
    """What alerts ask of an opening; its department's position is a unit vector, or three times None."""

    pk: int
    opens_at: object
    published_at: object
    words: str
    kind: str
    pay_yearly: object
    department: int
    state: str
    x: float
    y: float
    z: float

    COLUMNS = ("pk", "opens_at", "published_at", "words", "kind", "pay_yearly", "department_id", "department__state")
    COLUMNS += ("department__x", "department__y", "department__z")


class Wish:
    """An alert, ready to be compared with many openings by the rules of the search for them.

    Words are those of :meth:`JobQuerySet.matching`; a place and its miles those of :meth:`JobQuerySet.near`. ``told``
    are the keys of openings that its subscriber knows.
    """

    def __init__(self, alert, told):
        self.alert, self.told = alert, told
        self.since, self.department, self.state = since(alert), alert.department_id, alert.state
        self.kind, self.pay = alert.kind, alert.pay
        self.words = [tuple(f" {begin}" for begin in beginnings(word)) for word in normalise(alert.q).split()]
        self.vector = None if alert.latitude is None else Point(alert.latitude, alert.longitude).vector
        self.reach = chord_squared(FARTHEST_MILES if alert.miles is None else alert.miles)
        self.found = []

    def look_at(self, opening, new_at):
        """Note the opening, which people could first see at ``new_at``, if it is one that the alert waits for."""
        if (
            (self.department and self.department != opening.department)
            or (self.state and self.state != opening.state)
            or (self.kind and self.kind != opening.kind)
            or new_at < self.since
            or (self.pay and (opening.pay_yearly is None or opening.pay_yearly < self.pay))
        ):
            return
        rank = -new_at.timestamp()
        if self.vector:
            rank = self.chord_squared(opening)
            if rank > self.reach:
                return
        if opening.pk not in self.told and all(any(begin in opening.words for begin in word) for word in self.words):
            self.found.append((rank, opening.pk))
            if len(self.found) == KEPT:
                self.found = nsmallest(KEPT // 2, self.found)

    def chord_squared(self, opening):
        """As the database computes it (:mod:`departments.geography`); infinite where nobody knows the position."""
        if opening.x is None:
            return inf
        x, y, z = self.vector
        x, y, z = opening.x - x, opening.y - y, opening.z - z
        return x * x + y * y + z * z

    def best(self):
        """The keys of the openings to tell of, the best first; what another alert of its subscriber tells is not."""
        return [pk for _rank, pk in nsmallest(MOST, (one for one in self.found if one[1] not in self.told))]


def since(alert):
    """What was there before that instant, the alert has been told of or never waited for."""
    return alert.told_until or alert.confirmed_at


def prepare(has_time=lambda: True):
    """Put the digests that are due into the outbox, while there is time; how many. Safe to run twice at once."""
    number = 0
    now = timezone.now()
    while has_time() and (due := list(Alert.objects.due(now).order_by("pk")[:BATCH])):
        number += _tell(due, find(due, now), now)
    return number


def find(alerts, at):
    """``{alert's key: keys of the openings to tell of}``: new for the alert and for its subscriber, open and real.

    Two queries.
    """
    new = Job.objects.open(at).real().new_since(min(map(since, alerts)))
    told = {alert.subscriber_id: set() for alert in alerts}
    known = Told.objects.filter(subscriber__in=told, job__in=new)
    for subscriber, job in known.values_list("subscriber_id", "job_id").iterator():
        told[subscriber].add(job)
    wishes = [Wish(alert, told[alert.subscriber_id]) for alert in alerts]
    for opening in map(Opening._make, new.values_list(*Opening.COLUMNS).iterator()):
        # The rule of JobQuerySet.new_since.
        new_at = max(opening.opens_at, opening.published_at or opening.opens_at)
        for wish in wishes:
            wish.look_at(opening, new_at)
    found = {}
    for wish in wishes:
        if best := wish.best():
            found[wish.alert.pk] = best
            wish.told.update(best)
    return found


@transaction.atomic
def _tell(alerts, found, at):
    """One digest for each alert that is still due and for which something was found; all are told until now."""
    due = Alert.objects.due(at).filter(pk__in=[alert.pk for alert in alerts])
    due = {alert.pk: alert for alert in due.order_by("pk").select_for_update(of=["self"])}
    digests = [Message(alert=alert, kind=Message.Kind.DIGEST) for pk, alert in due.items() if pk in found]
    Message.objects.bulk_create(digests)
    told = [
        Told(subscriber_id=digest.alert.subscriber_id, message=digest, job_id=job)
        for digest in digests
        for job in found[digest.alert_id]
    ]
    # All senders write them in one order and so wait for each other; whoever comes second tells nothing twice.
    told.sort(key=lambda one: (one.subscriber_id, one.job_id))
    Told.objects.bulk_create(told, ignore_conflicts=True)
    empty, _rows = Message.objects.filter(pk__in=[digest.pk for digest in digests], told=None).delete()
    # By the full hour: a run that begins a little earlier than yesterday's is a day later all the same.
    Alert.objects.filter(pk__in=due).update(told_until=at.replace(minute=0, second=0, microsecond=0))
    return len(digests) - empty


def ask_whether_wanted():
    """Ask those who have had an alert for a year whether they still want it, and pause those of whoever has not
    answered. How many were asked."""
    now = timezone.now()
    number = 0
    while asked := _ask(now):
        number += asked
    with transaction.atomic():
        silent = Alert.objects.unanswered(now)
        Alert.objects.filter(pk__in=silent.values("pk")).update(paused=True, renewal_asked_at=None)
    return number


@transaction.atomic
def _ask(now):
    alerts = list(Alert.objects.to_ask(now).order_by("pk").select_for_update(of=["self"])[:BATCH])
    Message.objects.bulk_create(Message(alert=alert, kind=Message.Kind.RENEW) for alert in alerts)
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(renewal_asked_at=now)
    return len(alerts)
