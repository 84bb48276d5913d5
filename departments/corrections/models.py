"""Corrections of facts by visitors. Nothing is published until somebody who can edit the page accepts it."""

import hashlib
import re
from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from policeapp.accounts.models import EDIT_EVERY_DEPARTMENT
from policeapp.web.email_addresses import mailbox_key

from ..fields import EmailAddressField, KeyField
from ..models.department import Department
from .facts import FACTS, OF_DEPARTMENTS, facts_of

LINK = re.compile(r"https?://(?:www\.)?([^\s/?#@:]+)\S*", re.IGNORECASE)
FOR_ADMINISTRATORS = [key for key, fact in OF_DEPARTMENTS.items() if fact.is_for_administrators]


def value_key(value):
    """Return a digest that is the same for values that differ only in case and white space."""
    return hashlib.sha256(" ".join(value.casefold().split()).encode()).hexdigest()


class CorrectionQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(decision="")

    def editable_by(self, user):
        """Corrections that the user can decide: those of pages that the user can edit, and of facts on them.

        A page can have moved to another department since somebody reported a mistake on it.
        """
        if user.is_active and user.is_staff and user.has_perm(EDIT_EVERY_DEPARTMENT):
            return self
        editable = Q()
        for model in map(apps.get_model, FACTS):
            pages = model.objects.editable_by(user).order_by().values("pk")
            found = Q(content_type=ContentType.objects.get_for_model(model), object_id__in=pages)
            if model is Department:
                found &= ~Q(fact__in=FOR_ADMINISTRATORS)
            editable |= found
        return self.filter(editable)

    def with_reports_number(self):
        """Add ``.reports_number``, the number of people who sent the same value."""
        return self.annotate(reports_number=Count("reports"))

    @transaction.atomic
    def report(self, target, department, fact, value, evidence, email):
        """Save what a visitor reports about a page. The same value of the same fact waits only once."""
        correction, _is_new = self.get_or_create(
            content_type=ContentType.objects.get_for_model(target),
            object_id=target.pk,
            fact=fact,
            value_key=value_key(value),
            decision="",
            defaults={"department": department, "value": value},
        )
        correction.reports.get_or_create(evidence=evidence, email=email)
        return correction


class Correction(models.Model):
    """A value that visitors propose for a fact of a department or of an opening. It can have several reports."""

    IS_SHOWN = False  # not on any public page

    class Decision(models.TextChoices):
        NONE = "", _("Waiting")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    MAX_VALUE = 2_000  # characters
    RETENTION = timedelta(days=90)  # after the decision
    WAITING_LIFETIME = timedelta(days=365)

    # The department of the page, also if the page is that of an opening.
    department = models.ForeignKey(Department, models.CASCADE, related_name="+", verbose_name=_("department"))
    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    target = GenericForeignKey()
    fact = models.CharField(max_length=20)
    value = models.TextField(_("proposed"), max_length=MAX_VALUE, blank=True)
    value_key = KeyField(max_length=64, editable=False)
    created = models.DateTimeField(_("sent"), auto_now_add=True)
    # When somebody got an email that it waits.
    announced_at = models.DateTimeField(null=True)
    decision = models.CharField(_("decision"), max_length=8, blank=True, choices=Decision.choices)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["-pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["content_type", "object_id"], name="correction_by_target")]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "fact", "value_key"],
                condition=Q(decision=""),
                name="correction_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None)
                | Q(decision__in=["accepted", "declined"], decided_at__isnull=False),
                name="correction_decision_whole",
            ),
        ]

    def __str__(self):
        return str(self.rule.label)

    @property
    def target_model(self):
        """The model of the page: ``Department`` or ``Job``. Needs no query."""
        return ContentType.objects.get_for_id(self.content_type_id).model_class()

    @property
    def rule(self):
        """The :class:`~departments.corrections.facts.Fact`."""
        return facts_of(self.target_model)[self.fact]

    @property
    def page_name(self):
        """The name of the page: that of the department, or the title of the opening with the department's name."""
        return str(self.department) if self.target_model is Department else f"{self.target.title}, {self.department}"

    def people(self):
        """Return the QuerySet of those at the department who can decide it: editors and, for an opening, recruiters."""
        people = get_user_model().objects.active_staff()
        if self.rule.is_for_administrators:
            return people.none()
        can_decide = Q(departments_edited=self.department_id)
        if self.target_model is not Department:
            can_decide |= Q(departments_recruited=self.department_id)
        return people.filter(can_decide).distinct()

    def addresses(self):
        """Return the email addresses of those who sent it, each mailbox once."""
        emails = self.reports.exclude(email="").values_list("email", flat=True)
        return list({mailbox_key(email): email for email in emails}.values())

    def accept(self, user):
        """Return False if it was decided before."""
        return self._decide(user, self.Decision.ACCEPTED)

    def decline(self, user):
        """Return False if it was decided before."""
        return self._decide(user, self.Decision.DECLINED)

    def _decide(self, user, decision):
        values = {"decision": decision, "decided_at": timezone.now(), "decided_by": user}
        return Correction.objects.waiting().filter(pk=self.pk).update(**values) == 1


class Report(models.Model):
    """How one visitor knows the proposed value, and where to send the answer."""

    IS_SHOWN = False  # not on any public page

    MAX_EVIDENCE = 500  # characters

    correction = models.ForeignKey(Correction, models.CASCADE, related_name="reports")
    evidence = models.CharField(_("how they know"), max_length=MAX_EVIDENCE)
    email = EmailAddressField(_("email"), blank=True)
    created = models.DateTimeField(_("sent"), auto_now_add=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["pk"]
        default_permissions = ()

    def __str__(self):
        return str(self.pk)

    @property
    def link(self):
        """The first link in the evidence, or ""."""
        found = LINK.search(self.evidence)
        return found[0] if found else ""


def delete_old():
    """Delete corrections that were decided, or have waited, for long. Return the number of rows."""
    now = timezone.now()
    decided = Correction.objects.filter(decided_at__lte=now - Correction.RETENTION)
    forgotten = Correction.objects.waiting().filter(created__lte=now - Correction.WAITING_LIFETIME)
    return sum(rows.delete()[0] for rows in (decided, forgotten))
