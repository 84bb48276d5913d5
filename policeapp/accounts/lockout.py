"""Locks out password guessing: the settings of django-axes that are functions, and the limits beside it.

Everything is counted in the database, so it needs no other service. Nothing locks an account for all networks.
"""

from datetime import timedelta
from ipaddress import ip_address

from allauth.core.internal.cryptokit import normalize_user_code
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils import timezone

from ..operations.models import RateCount
from ..operations.rate_limits import RateLimit, client_ip, digest, too_many_requests
from ..web.email_addresses import account_email
from . import emails
from .models import User

DAY, HOUR = 24 * 3600, 3600  # seconds

# Failed sign-ins from one IP address, for all accounts together; several people may share the address. The limit for
# one account from one address is ``AXES_FAILURE_LIMIT``.
FAILURES_PER_IP = 25
# Failed sign-ins to one account from all networks together. Above it, only known networks can try a password.
FAILURES_PER_ACCOUNT = RateLimit("failed sign-ins", 50, DAY)
# A network is known for this time after the owner of the account has signed in from it.
KNOWN_TIME = timedelta(days=90)
WARNINGS = RateLimit("warnings of failed sign-ins", 1, DAY)
RESETS_PER_CLIENT = RateLimit("password resets of a client", 20, HOUR)
RESETS_PER_MAILBOX = RateLimit("password resets of an account", 3, HOUR)
# Wrong codes of the second factor, for one account.
WRONG_CODES = RateLimit("wrong codes", 8, HOUR // 4)
# Longer than a code of an authenticator app is valid.
CODE_TIME = timedelta(minutes=3)
CODE_WARNINGS = RateLimit("warnings of wrong codes", 1, DAY)


class Handler(AxesDatabaseHandler):
    """Counts the failures of an account from an IP address, and those of the IP address alone.

    An account is never locked for all IP addresses, because then anyone could lock out its owner. Above a ceiling, new
    networks are refused; the owner still gets in from a known one, with a passkey, or after a reset by email.
    """

    def is_locked(self, request, credentials=None):
        return super().is_locked(request, credentials) or self._is_above_ceiling(request, credentials)

    def _is_above_ceiling(self, request, credentials):
        email = get_username(request, credentials)
        request.is_above_ceiling = FAILURES_PER_ACCOUNT.is_reached(email) and not is_known(
            email, get_client_ip(request)
        )
        return request.is_above_ceiling

    def user_login_failed(self, sender, credentials, request=None, **options):
        """Count the failure for the account too, and warn its owner once a day when the ceiling is reached.

        Attempts during a lockout don't count, because their password was not looked at.
        """
        was_locked = getattr(request, "axes_locked_out", False)
        if request is not None:
            request.password_was_tried = not was_locked
        super().user_login_failed(sender, credentials, request, **options)
        email = get_username(request, credentials)
        if was_locked or not email:
            return
        FAILURES_PER_ACCOUNT.hit(email)
        if FAILURES_PER_ACCOUNT.is_reached(email):
            owner = User.objects.filter(email=email, is_active=True).first()
            if owner and WARNINGS.hit(email):
                emails.send_guessing_warning(owner)

    def get_failures(self, request, credentials=None):
        """Return the account's failures from this IP address, or all failures from there scaled to the same limit."""
        per_account, per_ip = (
            attempts.aggregate(number=Sum("failures_since_start", default=0))["number"]
            for attempts in self.get_user_attempts(request, credentials)
        )
        return max(per_account, per_ip * settings.AXES_FAILURE_LIMIT // FAILURES_PER_IP)

    def reset_user_attempts(self, request, credentials=None):
        """After a sign-in, delete only this account's failures and return their number.

        The failures of the IP address stay. Otherwise an attacker with an account could sign in between guesses to
        reset the count.
        """
        per_account, _per_ip = self.filter_user_attempts(request, credentials)
        return per_account.delete()[0]


def is_known(email, ip):
    """Return whether the owner of the account has signed in from this network lately."""
    return RateCount.objects.filter(key=_network_key(email, ip), ends_at__gt=timezone.now()).exists()


def remember_network(sender, request, user, **options):
    """Receiver of signals: the owner of the account has signed in, or reset the password, from this network.

    That ends a lockout of the account there.
    """
    ip = get_client_ip(request)
    AccessAttempt.objects.filter(username=user.email, ip_address=ip).delete()
    key = _network_key(user.email, ip)
    RateCount.objects.update_or_create(key=key, defaults={"ends_at": timezone.now() + KNOWN_TIME})


def _network_key(email, ip):
    return digest(f"known network {ip} {email}")


def use_code(user, code):
    """Return True the first time that the user enters this code, however it is typed, and then False."""
    now = timezone.now()
    until = {"ends_at": now + CODE_TIME}
    used, is_new = RateCount.objects.get_or_create(
        key=digest(f"used code {user.pk} {normalize_user_code(code)}"), defaults=until
    )
    # The same six digits come again in other years.
    return is_new or RateCount.objects.filter(pk=used.pk, ends_at__lt=now).update(**until) == 1


def get_client_ip(request):
    """Return the client (:func:`policeapp.operations.rate_limits.client_ip`) if it is an IP address, else None."""
    client = client_ip(request)
    try:
        ip_address(client)
    except ValueError:
        return None
    return client


def get_username(request, credentials=None):
    """Return the typed email address as accounts have it. If it can't be one, return its start without null characters.

    Each account has its own counts, also at a provider where several addresses reach one mailbox.
    """
    typed = credentials or request.POST
    address = typed.get("email") or typed.get("username") or typed.get("login") or ""
    try:
        return account_email(address)
    except ValidationError:
        return address.replace("\0", "").strip().lower()[: User._meta.get_field("email").max_length]


def format_for_log(username, ip, *_others):
    """Describe a failed sign-in for the log: the IP address, so that it can be blocked, and no user name."""
    return str(ip)


def locked_out(request, response, credentials):
    """Return a 429 page. It is the same whether or not the account exists and the password is right."""
    is_above_ceiling = getattr(request, "is_above_ceiling", False)
    cool_off = int(settings.AXES_COOLOFF_TIME.total_seconds())
    wait = FAILURES_PER_ACCOUNT.wait if is_above_ceiling else cool_off
    context = {"minutes": cool_off // 60, "is_above_ceiling": is_above_ceiling}
    return too_many_requests(request, wait, "admin/locked_out.html", context)
