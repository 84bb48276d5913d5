"""Connectors to the systems where employers list their openings, and what they list."""

from collections import defaultdict
from datetime import timedelta
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from departments.fields import HttpsURLField
from departments.models import Department
from departments.names import normalize
from policeapp.accounts.models import EDIT_EVERY_DEPARTMENT

from .job import Job

USAJOBS = "https://data.usajobs.gov/"


class ConnectorQuerySet(models.QuerySet):
    def due(self, at=None):
        """Connectors that are on and whose time to run has come."""
        return self.filter(is_on=True, due_at__lte=at or timezone.now()).order_by("due_at", "pk")

    def to_try(self):
        """Connectors that somebody wants to try."""
        return self.exclude(try_requested_at=None).order_by("try_requested_at", "pk")

    def editable_by(self, user):
        """Connectors of the departments that the user edits. Who edits all departments also edits those of the site."""
        if user.is_active and user.is_staff and user.has_perm(EDIT_EVERY_DEPARTMENT):
            return self
        return self.filter(department__in=Department.objects.editable_by(user))

    def needing_attention(self):
        """Connectors that fail, and those of editors that an administrator has not turned on yet."""
        return self.filter(Q(failing_since__isnull=False) | Q(is_on=False, fetched_at=None))


class Connector(models.Model):
    """Where the openings of a department, or of many, are listed, and what the last fetches brought.

    It may run only with the owner's permission. A claim makes sure that nobody else fetches from the same host.
    """

    IS_SHOWN = False  # pages show what it lists: see Listing

    class Format(models.TextChoices):
        JOB_FEED = "job_feed", _("Job feed (XML)")
        JOB_POSTING = "job_posting", _("Careers page (JSON-LD)")
        CSV = "csv", _("CSV file")
        USAJOBS = "usajobs", _("USAJOBS")

    INTERVAL = timedelta(hours=6)
    # After an interruption, a claim ends by itself.
    CLAIM = timedelta(minutes=30)
    # How long it fails before administrators get an email.
    PATIENCE = timedelta(days=3)

    department = models.ForeignKey(
        Department,
        models.CASCADE,
        related_name="connectors",
        null=True,
        blank=True,
        verbose_name=_("department"),
        help_text=_("All jobs go to this department. Blank: the list names the department of each job."),
    )
    format = models.CharField(_("format"), max_length=12, choices=Format.choices)
    name = models.CharField(
        _("name of the list"),
        max_length=60,
        help_text=_("Such as “City careers page”. It is the source of the jobs, so it can't change later."),
    )
    url = HttpsURLField(_("URL"), max_length=500, help_text=_("Where the list is: http:// or https://."))
    host = models.CharField(max_length=300, editable=False)
    words = models.CharField(
        _("only jobs with these words"),
        max_length=200,
        blank=True,
        help_text=_(
            "For a list that has other jobs too, such as: police, dispatch. A job is taken if its title, "
            "employer or category has one of them."
        ),
    )
    permission_by = models.CharField(
        _("permission given by"),
        max_length=200,
        blank=True,
        help_text=_("Name and job title at the owner of the list."),
    )
    permission_on = models.DateField(_("permission given on"), null=True, blank=True)
    permission_how = models.CharField(
        _("how it was given"), max_length=300, blank=True, help_text=_("Such as: email to office@example.org.")
    )
    is_on = models.BooleanField(_("on"), default=False, help_text=_("Fetch jobs every six hours."))

    due_at = models.DateTimeField(_("next fetch"), default=timezone.now, editable=False)
    claimed_at = models.DateTimeField(null=True, editable=False)
    fetched_at = models.DateTimeField(_("last fetch"), null=True, editable=False)
    succeeded_at = models.DateTimeField(_("last complete fetch"), null=True, editable=False)
    # The number of openings in the last complete fetch; 0 accepts any number.
    listed = models.PositiveIntegerField(_("jobs in the list"), default=0, editable=False)
    etag = models.CharField(max_length=300, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    problem = models.TextField(_("problem"), blank=True, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    reported_at = models.DateTimeField(null=True, editable=False)
    # A :class:`policeapp.imports.engine.Report` as a dict.
    report = models.JSONField(default=dict, editable=False)
    try_requested_at = models.DateTimeField(null=True, editable=False)
    tried_at = models.DateTimeField(_("tried"), null=True, editable=False)
    # {"problem": text, "number": of openings, "jobs": the first ones, serialized, "rejections": as in a report}
    trial = models.JSONField(default=dict, editable=False)

    objects = ConnectorQuerySet.as_manager()

    class Meta:
        verbose_name = _("connector")
        verbose_name_plural = _("connectors")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_on=False)
                | Q(permission_on__isnull=False) & ~Q(permission_by="") & ~Q(permission_how=""),
                name="connector_has_permission",
                violation_error_message=_("It can't be on without the owner's permission: who gave it, when and how."),
            ),
            models.CheckConstraint(
                condition=Q(format__in=["job_feed", "job_posting", "csv", "usajobs"]), name="connector_format_known"
            ),
            models.CheckConstraint(
                condition=Q(reported_at=None) | Q(failing_since__isnull=False), name="connector_reported_while_failing"
            ),
            models.UniqueConstraint(
                fields=["department", "name"],
                name="connector_name_unique",
                violation_error_message=_("Another connector has this name."),
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(department=None),
                name="connector_name_unique_in_site",
                violation_error_message=_("Another connector has this name."),
            ),
            # One request at a time for each host.
            models.UniqueConstraint(
                fields=["host"], condition=Q(claimed_at__isnull=False), name="connector_claimed_once_per_host"
            ),
        ]

    def __str__(self):
        return f"{self.name}, {self.department}" if self.department_id else self.name

    def save(self, *args, **kwargs):
        self.host = (urlsplit(self.url).hostname or "")[:300]
        super().save(*args, **kwargs)

    def clean(self):
        if not self.url.lower().startswith(("http://", "https://")):
            raise ValidationError({"url": _t("Enter a URL that begins with http:// or https://.")})
        if self.format == self.Format.USAJOBS and not self.url.startswith(USAJOBS):
            raise ValidationError({"url": _t("The URL for USAJOBS begins with %s.") % USAJOBS})
        if self.department_id and self.department.api_keys.filter(name=self.name).exists():
            raise ValidationError({"name": _t("An API key has this name. Enter another one.")})

    @property
    def is_verified(self):
        """Whether a fetch has succeeded once."""
        return self.succeeded_at is not None

    @property
    def origin(self):
        """Whose list it is, as pages say it."""
        if self.format == self.Format.USAJOBS or not self.department_id:
            return _t("From %(list)s") % {"list": self.name}
        if self.format == self.Format.JOB_POSTING:
            return _t("From the department's own careers page")
        return _t("From the department's own job list")

    def claim(self):
        """Return True if the caller may fetch now: nobody else does, has just done, or fetches from the same host."""
        now = timezone.now()
        connectors = Connector.objects.order_by()
        connectors.filter(host=self.host, claimed_at__lt=now - self.CLAIM).update(claimed_at=None)
        try:
            with transaction.atomic():
                free = connectors.filter(pk=self.pk, due_at=self.due_at, claimed_at=None)
                return free.update(claimed_at=now) == 1
        except IntegrityError:
            return False

    def release(self):
        Connector.objects.filter(pk=self.pk).update(claimed_at=None)

    @property
    def state(self):
        """What the last fetch says about it, in a few words."""
        if not self.is_on:
            return _t("Off")
        if self.failing_since:
            return _t("Failing since %(day)s") % {"day": date_format(timezone.localtime(self.failing_since), "F j")}
        return _t("Works") if self.is_verified else _t("Unverified")

    def forget_answers(self):
        """Treat the next fetch as the first one, because it reads another list. The caller saves the connector."""
        self.etag = self.last_modified = ""
        self.listed, self.succeeded_at, self.due_at = 0, None, timezone.now()

    def request_trial(self):
        """Let the worker fetch the list once, without changing anything."""
        Connector.objects.filter(pk=self.pk).update(try_requested_at=timezone.now())

    def finish_trial(self, trial):
        """Store the result of a trial."""
        now = timezone.now()
        Connector.objects.filter(pk=self.pk).update(trial=trial, tried_at=now, try_requested_at=None)

    def accept_any_number(self):
        """Let the next fetch list far fewer openings than the last one."""
        Connector.objects.filter(pk=self.pk).update(listed=0, due_at=timezone.now())

    def record_success(self, **values):
        """Store the results of a complete fetch; ``values`` are fields."""
        now = timezone.now()
        values = {"problem": "", "failing_since": None, "reported_at": None, "succeeded_at": now} | values
        self._record(now, due_at=now + self.INTERVAL, **values)

    def record_failure(self, problem, wait=timedelta(), **values):
        """Store why a fetch failed. Return True if administrators are to be told, which happens once.

        ``wait`` is how long the website asks us to stay away.
        """
        now = timezone.now()
        since = self.failing_since or now
        is_overdue = self.reported_at is None and now - since >= self.PATIENCE
        reported = now if is_overdue else self.reported_at
        values |= {"problem": problem, "failing_since": since, "reported_at": reported}
        self._record(now, due_at=now + max(self.INTERVAL, wait), **values)
        return is_overdue

    def _record(self, now, **values):
        values |= {"fetched_at": now, "claimed_at": None}
        for name, value in values.items():
            setattr(self, name, value)
        Connector.objects.filter(pk=self.pk).update(**values)


class ListingQuerySet(models.QuerySet):
    def shown_for(self, job):
        """Return the latest listing of an opening that is still listed, with its connector, or None. One query."""
        listed = self.filter(job=job, missed=0).select_related("connector").order_by("-listed_on", "pk")
        return listed.only("listed_on", "connector__name", "connector__format", "connector__department").first()


class Listing(models.Model):
    """An opening that a connector lists, or listed until ``missed`` complete fetches ago.

    ``number`` is that of the requisition, by which the same opening is found in other lists. ``listed_on`` is the last
    day in UTC on which the list had it.
    """

    MOST_MISSED = 2  # then the opening is closed

    connector = models.ForeignKey(Connector, models.CASCADE, related_name="listings")
    job = models.ForeignKey(Job, models.CASCADE, related_name="listings")
    number = models.CharField(max_length=100, blank=True)
    missed = models.PositiveSmallIntegerField(default=0)
    listed_on = models.DateField()

    objects = ListingQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["connector", "job"], name="listing_unique")]

    def __str__(self):
        return str(self.pk)


class DuplicateQuerySet(models.QuerySet):
    def record_for(self, connector):
        """Store the pairs of a connector's current openings and other current ones of the same departments.

        They share a requisition number, or their title while both are open. Five queries.
        """
        mine = set(connector.listings.filter(missed=0).values_list("job", flat=True))
        departments = set(Job.objects.filter(listings__connector=connector).values_list("department", flat=True))
        by_department = defaultdict(list)
        for job in _current_jobs(departments):
            by_department[job.department_id].append(job)
        self._record(
            (job, other)
            for jobs in by_department.values()
            for job in jobs
            if job.pk in mine
            for other in jobs
            if _may_be_same(job, other)
        )

    def record(self, job, others):
        """Store the pairs of an opening with others that may be the same."""
        self._record((job, other) for other in others)

    def _record(self, pairs):
        keys = {tuple(sorted((job.pk, other.pk))) for job, other in pairs}
        self.bulk_create([Duplicate(job_id=job, other_id=other) for job, other in sorted(keys)], ignore_conflicts=True)

    def undecided_of(self, job):
        """Return the current openings of its department that may be the same as an opening, which need not be saved.

        Pairs that an editor has found to be different are left out. Three queries.
        """
        job.numbers = {job.external_id}
        decided = set()
        if job.pk:
            decided = {pk for pair in self.of(job).filter(is_decided=True).values_list("job", "other") for pk in pair}
        others = _current_jobs([job.department_id])
        return [other for other in others if other.pk not in decided and _may_be_same(job, other)]

    def waiting(self):
        """Pairs of current openings about which nobody has decided."""
        current = Job.objects.current().values("pk")
        return self.filter(is_decided=False, job__in=current, other__in=current)

    def editable_by(self, user):
        """Pairs of openings that the user can edit, both of them: one can have moved to another department."""
        jobs = Job.objects.editable_by(user).values("pk")
        return self.filter(job__in=jobs, other__in=jobs)

    def of(self, job):
        return self.filter(Q(job=job) | Q(other=job))


def _current_jobs(departments):
    """Return the current openings of these departments with ``.numbers``, by which lists know them. Two queries."""
    jobs = Job.objects.current().real().filter(department__in=departments).defer("words", "all_words")
    numbers = defaultdict(set)
    for pk, number in Listing.objects.filter(job__in=jobs).values_list("job", "number"):
        numbers[pk].add(number)
    for job in jobs:
        job.numbers = (numbers[job.pk] | {job.external_id}) - {""}
    return jobs


def _may_be_same(job, other):
    if job.source == other.source:
        return False
    return bool(job.numbers & other.numbers) or (
        normalize(job.title) == normalize(other.title)
        and (job.closes_at is None or other.opens_at < job.closes_at)
        and (other.closes_at is None or job.opens_at < other.closes_at)
    )


class Duplicate(models.Model):
    """Two openings of a department that may be the same one, listed twice. An editor decides.

    ``job`` is the one with the lower key.
    """

    IS_SHOWN = False  # not on any public page

    job = models.ForeignKey(Job, models.CASCADE, related_name="+")
    other = models.ForeignKey(Job, models.CASCADE, related_name="+")
    is_decided = models.BooleanField(default=False)

    objects = DuplicateQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["job", "other"], name="duplicate_unique"),
            models.CheckConstraint(condition=Q(job__lt=F("other")), name="duplicate_in_order"),
        ]

    def __str__(self):
        return str(self.pk)
