"""The life of an opening: how it is published, extended, filled, reopened, withdrawn and confirmed as still open.

An opening without a deadline ("until filled") must be confirmed, by its department or by an import. Opening it counts
as a confirmation. After ``ASK_AFTER`` its editors are asked, after ``DOUBT_AFTER`` pages say that it may be filled, and
after ``UNLIST_AFTER`` it leaves all lists. Openings with a deadline need no confirmation, however far the deadline is.
"""

from copy import copy
from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

ASK_AFTER = timedelta(days=30)
DOUBT_AFTER = timedelta(days=45)
UNLIST_AFTER = timedelta(days=75)
# Editors are reminded on this day before a deadline.
REMIND_DAYS_BEFORE = 3
# The days that a longer deadline is proposed to add.
EXTENSION = timedelta(days=14)


class Status(models.TextChoices):
    PUBLISHED = "published", _("Published")
    DRAFT = "draft", _("Draft")
    FILLED = "filled", _("Filled")
    DELISTED = "delisted", _("No longer listed by the department")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class State(models.TextChoices):
    """What the status and the dates make of an opening. The labels say why a change is impossible."""

    DRAFT = "draft", _("It is a draft.")
    PLANNED = "planned", _("It is published and opens later.")
    OPEN = "open", _("It is open and has a deadline.")
    UNTIL_FILLED = "until_filled", _("It is open until filled.")
    UNLISTED = "unlisted", _("It is published, but nobody has confirmed it for a long time.")
    CLOSED = "closed", _("Its deadline has passed.")
    FILLED = "filled", _("It is already filled.")
    DELISTED = "delisted", _("The department no longer lists it.")
    WITHDRAWN = "withdrawn", _("It is already withdrawn.")


class Verb(models.TextChoices):
    PUBLISH = "publish", _("Publish")
    CONFIRM = "confirm", _("Still open")
    EXTEND = "extend", _("Extend the deadline")
    FILL = "fill", _("Mark as filled")
    REOPEN = "reopen", _("Reopen")
    WITHDRAW = "withdraw", _("Withdraw")


# The states in which each of these makes sense.
POSSIBLE = {
    Verb.PUBLISH: {State.DRAFT},
    Verb.CONFIRM: {State.UNTIL_FILLED, State.UNLISTED},
    Verb.EXTEND: {State.PLANNED, State.OPEN, State.UNTIL_FILLED, State.UNLISTED, State.CLOSED},
    Verb.FILL: {State.OPEN, State.UNTIL_FILLED, State.UNLISTED, State.CLOSED, State.DELISTED},
    Verb.REOPEN: {State.CLOSED, State.FILLED, State.DELISTED, State.WITHDRAWN},
    Verb.WITHDRAW: set(State) - {State.WITHDRAWN},
}


class Lifecycle:
    """The part of :class:`jobs.models.Job` about its life. It needs the department, but no query."""

    def publish(self):
        self.apply(Verb.PUBLISH)

    def confirm(self):
        """Record that it is still open."""
        self.apply(Verb.CONFIRM)

    def extend(self, closes_on):
        """Give it another closing date. If it has closed, it opens again."""
        self.apply(Verb.EXTEND, closes_on)

    def fill(self):
        """Close it at once, because somebody is hired. Its page stays and says so."""
        self.apply(Verb.FILL)

    def fill_if_open(self):
        """Do that unless it is a draft, planned, filled or withdrawn. Return whether it was done."""
        is_possible = not self.reason_against(Verb.FILL)
        if is_possible:
            self.fill()
        return is_possible

    def reopen(self, closes_on=None):
        """Publish it again. If its deadline has passed, set another one, or none if it is open until filled."""
        self.apply(Verb.REOPEN, closes_on)

    def withdraw(self):
        self.apply(Verb.WITHDRAW)

    def delist(self, source):
        """Close it, because the list that it came from, ``source``, lacks it. If it is back, it opens again."""
        self.status = Status.DELISTED
        self.set_source(["status"], source, "", "import")
        self.save()

    def changes(self, verb, closes_on=None):
        """Return the fields that a :class:`Verb` changes, as ``{name: value}``."""
        match verb:
            case Verb.PUBLISH:
                return {"status": Status.PUBLISHED}
            case Verb.EXTEND:
                return {"closes_on": closes_on}
            case Verb.FILL:
                return {"status": Status.FILLED}
            case Verb.REOPEN:
                dates = {"closes_on": closes_on, "closes_time": None} if self.has_closed else {}
                return {"status": Status.PUBLISHED} | dates
            case Verb.WITHDRAW:
                return {"status": Status.WITHDRAWN}
        return {}

    def apply(self, verb, closes_on=None):
        """Do what the :class:`Verb` says, and save."""
        if verb == Verb.CONFIRM:
            # Only these columns: a confirmation is no change of the text, so ``modified`` stays.
            type(self).objects.filter(pk=self.pk).confirm()
            self.refresh_from_db(fields=["confirmed_at", "listed_until"])
            return
        for name, value in self.changes(verb, closes_on).items():
            setattr(self, name, value)
        self.save()

    def label_of(self, verb):
        """Return what a button for the :class:`Verb` says."""
        return _t("Set a deadline") if verb == Verb.EXTEND and not self.closes_on else verb.label

    def labels_of(self, verbs):
        """Return those of these verbs that are possible, as ``[(Verb, what its button says)]``."""
        return [(verb, self.label_of(verb)) for verb in Verb if verb in verbs and not self.reason_against(verb)]

    def describe_after(self, verb, closes_on=None):
        """Return what :meth:`describe_state` says after the :class:`Verb`, without saving anything."""
        after = copy(self)
        for name, value in self.changes(verb, closes_on).items():
            setattr(after, name, value)
        after.confirmed_at = timezone.now() if verb == Verb.CONFIRM else self.confirmed_at
        after.derive()
        return after.describe_state()

    def reason_against(self, verb, closes_on=None):
        """Return a sentence that says why the :class:`Verb` would change nothing; "" if it is possible.

        ``closes_on`` is the date for the verbs that set a deadline.
        """
        if self.state not in POSSIBLE[verb]:
            return str(State(self.state).label)
        if verb == Verb.EXTEND and closes_on is not None:
            return self._reason_against_deadline(closes_on)
        if verb == Verb.REOPEN and self.has_closed and closes_on is not None:
            return self._reason_against_deadline(closes_on)
        return ""

    def _reason_against_deadline(self, closes_on):
        day = self.department.format_day(closes_on, None)
        if self.closes_on and closes_on <= self.closes_on and not self.has_closed:
            return _t("It is already open until %(day)s.") % {"day": self.deadline}
        if closes_on < self.department.today():
            return _t("%(day)s is in the past.") % {"day": day}
        if closes_on < self.opens_on:
            return _t("%(day)s is before it opens.") % {"day": day}
        return ""

    def proposed_deadline(self):
        """Return the date that is proposed as its next closing date."""
        return max(self.department.today(), self.closes_on or self.opens_on) + EXTENSION

    @property
    def state(self):
        """Its :class:`State`. The department's status makes no difference."""
        if self.status != Status.PUBLISHED:
            return State(self.status)
        if self.is_upcoming:
            return State.PLANNED
        if self.has_closed:
            return State.CLOSED
        if self.is_unlisted:
            return State.UNLISTED
        return State.UNTIL_FILLED if self.closes_at is None else State.OPEN

    def describe_state(self):
        """Return a text such as "Open, closes December 5, 2026"."""
        texts = {
            State.PLANNED: _t("Published, opens %(day)s") % {"day": self.opening_day},
            State.OPEN: _t("Open, %(until)s") % {"until": self.until},
            State.UNTIL_FILLED: _t("May be filled") if self.may_be_filled else _t("Open until filled"),
            State.UNLISTED: _t("Not listed: nobody has confirmed it"),
            State.CLOSED: _t("Closed on %(day)s") % {"day": self.deadline},
        }
        return texts.get(self.state) or self.get_status_display()

    def is_open(self, at=None):
        """Return whether :meth:`JobQuerySet.open` includes this opening. Needs no query."""
        at = at or timezone.now()
        return (
            self.status == Status.PUBLISHED
            and self.department.is_published
            and self.opens_at <= at
            and (self.listed_until is None or at < self.listed_until)
        )

    @property
    def is_upcoming(self):
        """Whether it is published but not open yet."""
        return self.status == Status.PUBLISHED and self.opens_at > timezone.now()

    @property
    def has_closed(self):
        """Whether its closing date is in the past."""
        return self.closes_at is not None and self.closes_at <= timezone.now()

    @property
    def may_be_filled(self):
        """Whether it is open until filled, and nobody has confirmed it for ``DOUBT_AFTER``."""
        return self._is_unconfirmed_for(DOUBT_AFTER)

    @property
    def is_unlisted(self):
        """Whether nobody has confirmed it for so long that lists leave it out."""
        return self._is_unconfirmed_for(UNLIST_AFTER)

    def _is_unconfirmed_for(self, time):
        if self.status != Status.PUBLISHED or self.closes_at or self.listed_until is None:
            return False
        return self.listed_until - UNLIST_AFTER + time <= timezone.now()

    @property
    def confirmed_on(self):
        """The day of the last confirmation in the department's time zone, as text."""
        return self.department.format_day(timezone.localdate(self.confirmed_at, self.department.zone), None)

    @property
    def reminder_key(self):
        """What a reminder is about: the closing time, or else the last confirmation."""
        return self.closes_at or self.confirmed_at

    @property
    def awaits_answer(self):
        """Whether its editors were reminded, and none has answered."""
        return self.reminded_for is not None and self.reminded_for == self.reminder_key

    @property
    def is_time_to_remind(self):
        """Whether the deadline of one of :meth:`JobQuerySet.to_remind_of` is near in the department's time zone."""
        return self.days_left is None or self.days_left <= REMIND_DAYS_BEFORE

    def record_life(self, closed_at):
        """Compute when its page was public first, since when it is open, and until when lists show it.

        ``closed_at`` is the stored closing time. While the opening stays open, an edit changes nothing. After a
        withdrawal, or after the closing time, it opens again, which confirms it. So does the removal of a deadline, and
        restoring it after it was deleted.
        """
        now, opened = timezone.now(), self.open_since
        is_public = self.status == Status.PUBLISHED and self.department.is_published
        if self.published_at is None or self.published_at > now:
            self.published_at = max(now, self.opens_at) if is_public else None
        has_begun = opened is not None and opened <= now and self.opens_at <= now
        stays_open = has_begun and (closed_at is None or closed_at > now) and not self.has_closed
        if not is_public:
            self.open_since = None
        elif not stays_open and not self.has_closed:
            self.open_since = max(now, self.opens_at)
        opens, loses_deadline = self.open_since != opened, closed_at and not self.closes_at
        if self.open_since and (opens or loses_deadline or self.confirmed_at is None):
            self.confirmed_at = max(now, self.open_since)
        self.listed_until = self.closes_at
        # Samples never change by themselves.
        if not (self.closes_at or self.is_sample) and self.confirmed_at:
            self.listed_until = self.confirmed_at + UNLIST_AFTER
