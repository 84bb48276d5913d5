"""User accounts, and the audit log of what concerns them."""

from datetime import timedelta

from django.contrib.auth.models import AbstractUser, BaseUserManager, Permission
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..web import email_addresses

# Makes its holder an administrator of all departments.
EDIT_EVERY_DEPARTMENT = "departments.edit_every_department"


class EmailUserManager(BaseUserManager):
    """Creates and finds accounts by email address, in any case."""

    @classmethod
    def normalize_email(cls, email):
        """Return the address as it is stored, or raise ``ValidationError``."""
        return email_addresses.account_email(email)

    def get_by_natural_key(self, email):
        account = self.find(email)
        if account is None:
            raise self.model.DoesNotExist
        return account

    def find(self, email):
        """Return the account with the typed email address, or None."""
        try:
            return self.filter(email=self.normalize_email(email)).first()
        except ValidationError:
            return None

    def active_staff(self):
        """Users who can sign in to the admin."""
        return self.filter(is_active=True, is_staff=True)

    def create_user(self, email, password=None, **values):
        user = self.model(email=self.normalize_email(email), **values)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **values):
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True} | values)


class User(AbstractUser):
    """A person who signs in to edit: an administrator, or an editor of one or more departments.

    The email address is the login name. It is stored in lower case.
    """

    username = None
    email = models.EmailField(
        _("email address"),
        unique=True,
        validators=[email_addresses.normalize],
        error_messages={"unique": _("There is already an account with this email address.")},
    )

    objects = EmailUserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta(AbstractUser.Meta):
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case")]

    @property
    def public_name(self):
        """The name that colleagues see. They don't see email addresses."""
        return self.get_full_name() or gettext("account %(number)d") % {"number": self.pk}

    @property
    def is_administrator(self):
        """Whether the user can change all departments or all accounts."""
        return self.is_superuser or self.has_perm(EDIT_EVERY_DEPARTMENT)

    @property
    def has_second_factor(self):
        """Whether signing in takes more than the password. One query."""
        return self.authenticator_set.exclude(type="recovery_codes").exists()

    def may_manage(self, account):
        """Return whether the user has all rights that the account gives, so that taking it over gains nothing.

        The rights of an inactive account count, because the user can activate it.
        """
        if self.is_superuser:
            return True
        if account.is_superuser or account._permissions().difference(self._permissions()).exists():
            return False
        if self.has_perm(EDIT_EVERY_DEPARTMENT):
            return True
        edited = Q(pk__in=self.departments_edited.values("pk"))
        recruited = edited | Q(pk__in=self.departments_recruited.values("pk"))
        others = account.departments_edited.exclude(edited), account.departments_recruited.exclude(recruited)
        return not any(departments.exists() for departments in others)

    def _permissions(self):
        return Permission.objects.filter(Q(user=self) | Q(group__user=self)).order_by().values("pk").distinct()


class AppendOnly(TypeError):
    """Somebody tried to change or delete an entry of the audit log."""


class AuditEventQuerySet(models.QuerySet):
    """Entries can be added. :meth:`AuditEvent.delete_old` is the only way to delete some."""

    def update(self, **values):
        raise AppendOnly

    def delete(self):
        raise AppendOnly

    delete.queryset_only = True


class AuditEvent(models.Model):
    """An entry of the audit log: who did what, when, from where and to what.

    It has no foreign keys, so it outlives the account and the object. :mod:`policeapp.accounts.audit` adds entries.
    """

    class Kind(models.TextChoices):
        SIGNED_IN = "signed in", _("Signed in")
        SIGN_IN_FAILED = "sign-in failed", _("Sign-in failed")
        SIGNED_OUT = "signed out", _("Signed out")
        PASSWORD_CHANGED = "password changed", _("Password changed")
        PASSWORD_RESET = "password reset", _("Password reset by email")
        FACTOR_ADDED = "factor added", _("Second factor added")
        FACTOR_REMOVED = "factor removed", _("Second factor removed")
        RIGHTS_CHANGED = "rights changed", _("Rights changed")
        INVITED = "invited", _("Invitation sent")
        INVITATION_ACCEPTED = "invitation accepted", _("Invitation accepted")
        INVITATION_WITHDRAWN = "invitation withdrawn", _("Invitation withdrawn")
        CLAIM_SENT = "claim sent", _("Claim sent")
        CLAIM_CONFIRMED = "claim confirmed", _("Claim confirmed")
        CLAIM_APPROVED = "claim approved", _("Claim approved")
        CLAIM_DECLINED = "claim declined", _("Claim declined")
        IMPORT_APPLIED = "import applied", _("Import applied")
        IMPORT_UNDONE = "import undone", _("Import undone")
        DELETED = "deleted", _("Deleted")

    RETENTION = timedelta(days=400)

    at = models.DateTimeField(_("time"), default=timezone.now, db_index=True)
    kind = models.CharField(_("event"), max_length=20, choices=Kind.choices)
    # Who did it, or whose sign-in failed. Blank: nobody was signed in, or the server did it.
    account = models.BigIntegerField(_("account number"), null=True)
    email = models.CharField(_("account"), max_length=254, blank=True)
    ip = models.CharField(_("IP address"), max_length=64, blank=True)
    # What it was about: the type ("user"), the key and the text of an object.
    about_type = models.CharField(_("type"), max_length=100, blank=True)
    about_id = models.CharField(_("number"), max_length=64, blank=True)
    about = models.CharField(_("about"), max_length=200, blank=True)
    details = models.CharField(_("details"), max_length=300, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit log entry")
        verbose_name_plural = _("audit log entries")
        ordering = ["-at", "-pk"]
        base_manager_name = "objects"
        default_permissions = ("view",)

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M}: {self.get_kind_display()}"

    def save(self, *args, **options):
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **options)

    def delete(self, *args, **options):
        raise AppendOnly

    @classmethod
    def delete_old(cls):
        """Delete entries that are older than ``RETENTION``, and return their number."""
        return models.QuerySet(cls).filter(at__lte=timezone.now() - cls.RETENTION).delete()[0]
