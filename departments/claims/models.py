"""Claims of people who work for a department, and invitations to edit its page or its openings."""

from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from policeapp.web.secret_links import new_key

from ..fields import EmailAddressField
from ..models.kinds import WebsiteKind
from ..models.roles import Role


class ClaimQuerySet(models.QuerySet):
    def confirmed(self):
        """Claims whose email address is confirmed. Administrators see only these."""
        return self.exclude(confirmed_at=None)

    def waiting(self):
        """Confirmed claims without a decision."""
        return self.confirmed().filter(decision="")

    def confirmable(self):
        """Claims without a confirmed address, whose link still works."""
        return self.filter(confirmed_at=None, created__gt=timezone.now() - Claim.LINK_LIFETIME)


class Claim(models.Model):
    """Somebody says that they work for a department. Nobody becomes an editor until an administrator decides."""

    IS_SHOWN = False  # not on any public page

    class Proof(models.TextChoices):
        """Whose website has the domain of the email address."""

        NONE = "", _("Call the department")
        AGENCY = WebsiteKind.AGENCY.value, _("Email address at the department's own domain")
        GOVERNMENT = WebsiteKind.PARENT_GOVERNMENT.value, _("Email address at the domain of its government")

    class Decision(models.TextChoices):
        NONE = "", _("Waiting")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")

    LINK_LIFETIME = timedelta(days=7)
    RETENTION = timedelta(days=90)  # after the decision

    department = models.ForeignKey(
        "departments.Department", models.CASCADE, related_name="claims", verbose_name=_("department")
    )
    name = models.CharField(_("name"), max_length=100)
    title = models.CharField(_("job title"), max_length=100)
    email = EmailAddressField(_("email"))
    proof = models.CharField(_("proof"), max_length=20, blank=True, choices=Proof.choices)
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    created = models.DateTimeField(_("sent"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    decision = models.CharField(_("decision"), max_length=8, blank=True, choices=Decision.choices)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [
            # One that waits for its link or for a decision.
            models.UniqueConstraint(fields=["department", "email"], condition=Q(decision=""), name="claim_open_once"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None)
                | Q(decision__in=["approved", "declined"], decided_at__isnull=False, confirmed_at__isnull=False),
                name="claim_decision_whole",
            ),
        ]

    def __str__(self):
        # Logs store this, so it must not name the person.
        return str(_("Claim %(number)d") % {"number": self.pk})

    def confirm(self):
        """Show the claim to administrators. Return False if it is confirmed already, or its link has expired."""
        return Claim.objects.confirmable().filter(pk=self.pk).update(confirmed_at=timezone.now()) == 1

    @transaction.atomic
    def approve(self, user):
        """Invite the person as an editor. Return the :class:`Invitation`, or None if the claim was decided already."""
        if not self._decide(user, self.Decision.APPROVED):
            return None
        return Invitation.objects.invite(self.department, self.email, Role.EDITOR, user)

    def decline(self, user):
        """Return False if the claim was decided already."""
        return self._decide(user, self.Decision.DECLINED)

    def _decide(self, user, decision):
        values = {"decision": decision, "decided_at": timezone.now(), "decided_by": user}
        return Claim.objects.waiting().filter(pk=self.pk).update(**values) == 1


class InvitationQuerySet(models.QuerySet):
    def open(self):
        """Invitations that can be accepted."""
        return self.filter(accepted_at=None, withdrawn_at=None, created__gt=timezone.now() - Invitation.LIFETIME)

    def invite(self, department, email, role, user):
        """Create an invitation and return it. It replaces one that waits, whose link then no longer works."""
        waiting = self.filter(department=department, email=email, accepted_at=None, withdrawn_at=None)
        waiting.update(withdrawn_at=timezone.now())
        return self.create(department=department, email=email, role=role, invited_by=user)


class Invitation(models.Model):
    """An email with a link that gives its recipient a role at a department, once."""

    IS_SHOWN = False  # not on any public page

    Role = Role

    LIFETIME = timedelta(days=7)
    RETENTION = timedelta(days=90)  # without an answer

    department = models.ForeignKey(
        "departments.Department", models.CASCADE, related_name="invitations", verbose_name=_("department")
    )
    email = EmailAddressField(_("email"))
    role = models.CharField(_("role"), max_length=9, choices=Role.choices)
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    created = models.DateTimeField(_("invited"), auto_now_add=True)
    # The history of an account goes only with the account.
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["department", "email"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_open_once",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None) | Q(accepted_by__isnull=False, withdrawn_at=None),
                name="invitation_answer_whole",
            ),
            models.CheckConstraint(condition=Q(role__in=["editor", "recruiter"]), name="invitation_role_known"),
        ]

    def __str__(self):
        return str(_("Invitation %(number)d") % {"number": self.pk})

    @property
    def summary(self):
        """The number and the role, for the audit log, which needs no email address."""
        return f"{self}: {self.get_role_display()}"

    @property
    def state(self):
        """ "accepted", "withdrawn", "expired" or "open"."""
        if self.accepted_at:
            return "accepted"
        if self.withdrawn_at:
            return "withdrawn"
        return "open" if self.created > timezone.now() - self.LIFETIME else "expired"

    def can_be_accepted(self):
        """Return whether it is open, and the person who sent it can still edit the department."""
        inviter = self.invited_by
        departments = type(self.department).objects
        return self.state == "open" and inviter and self.department in departments.editable_by(inviter)

    def withdraw(self):
        """Return False if it can't be accepted any more anyway."""
        return Invitation.objects.open().filter(pk=self.pk).update(withdrawn_at=timezone.now()) == 1

    @transaction.atomic
    def accept(self, user):
        """Give the user the role, and save a new user first. Return False if the invitation is no longer open."""
        if not self.can_be_accepted():
            return False
        if user.pk is None:
            user.save()
        opened = Invitation.objects.open().filter(pk=self.pk)
        if opened.update(accepted_at=timezone.now(), accepted_by=user) != 1:
            transaction.set_rollback(True)
            return False
        self.department.add_member(user, self.role)
        return True


def delete_old():
    """Delete claims that nobody confirmed, and claims and invitations that ended long ago. Return their number."""
    now = timezone.now()
    unconfirmed = Claim.objects.filter(confirmed_at=None, created__lte=now - Claim.LINK_LIFETIME)
    decided = Claim.objects.filter(decided_at__lte=now - Claim.RETENTION)
    ended = now - Invitation.LIFETIME - Invitation.RETENTION
    unanswered = Invitation.objects.filter(accepted_at=None, created__lte=ended)
    return sum(rows.delete()[0] for rows in (unconfirmed, decided, unanswered))
