"""Adds entries to the audit log: :func:`record`, and receivers of the signals of Django and django-allauth.

No entry contains what somebody typed into a password field.
"""

from allauth.account import signals as account_signals
from allauth.core import context
from allauth.mfa import signals as mfa_signals
from django.contrib.auth import signals as auth_signals
from django.contrib.auth.models import Group
from django.db.models.signals import m2m_changed, post_save, pre_save
from django.http import HttpRequest

from ..operations.rate_limits import RateLimit, client_ip
from .lockout import DAY, get_username
from .models import AuditEvent, User

Kind = AuditEvent.Kind

# Failed sign-ins to accounts, and those to addresses without one, so that strangers can't fill the table. Each has its
# own limit, so the second can't crowd out the first.
FAILURES = RateLimit("failed sign-ins in the audit log", 1000, DAY)
# The fields of an account that give rights.
RIGHTS = ("email", "is_active", "is_staff", "is_superuser")


def record(request, kind, about=None, details="", user=None):
    """Add an entry. ``request`` is None in a command. ``user`` did it: by default, who is signed in."""
    event(request, kind, about, details, user).save(force_insert=True)


def record_all(request, kind, objects):
    """Add an entry about each of the objects."""
    AuditEvent.objects.bulk_create(event(request, kind, each) for each in objects)


def event(request, kind, about=None, details="", user=None):
    """Return an entry that is not saved yet."""
    user = user or getattr(request, "user", None)
    is_known = user is not None and user.is_authenticated
    values = {"account": user.pk, "email": user.email} if is_known else {}
    if about is not None:
        values |= {"about_type": about._meta.model_name, "about_id": str(about.pk), "about": str(about)[:200]}
    return AuditEvent(kind=kind, ip=client_ip(request or HttpRequest())[:64], details=details[:300], **values)


def connect():
    """Connect the receivers. ``AppConfig.ready()`` calls it."""
    for signal, kind in {
        auth_signals.user_logged_in: Kind.SIGNED_IN,
        auth_signals.user_logged_out: Kind.SIGNED_OUT,
        account_signals.password_changed: Kind.PASSWORD_CHANGED,
        account_signals.password_set: Kind.PASSWORD_CHANGED,
        account_signals.password_reset: Kind.PASSWORD_RESET,
        mfa_signals.authenticator_added: Kind.FACTOR_ADDED,
        mfa_signals.authenticator_reset: Kind.FACTOR_ADDED,
        mfa_signals.authenticator_removed: Kind.FACTOR_REMOVED,
    }.items():
        signal.connect(_receiver(kind), weak=False, dispatch_uid="audit log")
    auth_signals.user_login_failed.connect(record_failure, dispatch_uid="audit log")
    mfa_signals.authentication_failed.connect(record_wrong_code, dispatch_uid="audit log")
    pre_save.connect(compare_rights, sender=User, dispatch_uid="audit log")
    post_save.connect(record_rights, sender=User, dispatch_uid="audit log")
    for relation in (User.groups, User.user_permissions, Group.permissions):
        watch_members(relation)


def watch_members(relation):
    """Record who or what is added to, or removed from, a many-to-many relation that gives rights."""
    m2m_changed.connect(record_members, sender=relation.through, dispatch_uid="audit log")


def _receiver(kind):
    def receiver(sender, request, user, authenticator=None, **options):
        if user is not None:
            record(request, kind, user, authenticator.get_type_display() if authenticator else "", user)

    return receiver


def record_failure(sender, credentials, request=None, **options):
    """Record a wrong password, unless a lockout refused the attempt without looking at it."""
    if not getattr(request, "password_was_tried", False):
        return
    email = get_username(request, credentials)
    user = User.objects.filter(email=email).first()
    if FAILURES.hit(bool(user)):
        failure = event(request, Kind.SIGN_IN_FAILED, user, user=user)
        failure.email = failure.email or email
        failure.save(force_insert=True)


def record_wrong_code(sender, request, user, **options):
    record(request, Kind.SIGN_IN_FAILED, user, "wrong code", user)


def compare_rights(sender, instance, raw=False, update_fields=None, **options):
    """Before an account is saved, note how its rights change."""
    instance.changed_rights = []
    if raw or (update_fields is not None and not set(update_fields) & set(RIGHTS)):
        return
    stored = User.objects.filter(pk=instance.pk).only(*RIGHTS).first() if instance.pk else None
    before = stored or User()
    changes = [(name, getattr(before, name), getattr(instance, name)) for name in RIGHTS]
    instance.changed_rights = [f"{name}: {old} -> {new}" for name, old, new in changes if old != new]


def record_rights(sender, instance, **options):
    if instance.changed_rights:
        record(context.request, Kind.RIGHTS_CHANGED, instance, "; ".join(instance.changed_rights))


def record_members(sender, instance, action, model, pk_set, **options):
    """Record a change of one object's side of a relation: the groups of an account, the editors of a department."""
    if action == "pre_clear":
        what = "removed all"
    elif action in ("post_add", "post_remove") and pk_set:
        names = ", ".join(map(str, model._base_manager.filter(pk__in=pk_set)))
        what = f"{'added' if action == 'post_add' else 'removed'} {names}"
    else:
        return
    field = sender._meta.object_name.partition("_")[2]
    record(context.request, Kind.RIGHTS_CHANGED, instance, f"{field}: {what}")
