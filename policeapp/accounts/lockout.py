"""Locks out password guessing: the settings of django-axes that are functions.

django-axes counts failed sign-ins in the database, so it needs no other service.
"""

from ipaddress import ip_address

from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.db.models import Sum

from ..operations.rate_limits import client_ip, too_many_requests
from ..web.email_addresses import mailbox_key
from .models import User

# Failed sign-ins from one IP address, for all accounts together; several people may share the address. The limit for
# one account from one address is ``AXES_FAILURE_LIMIT``.
FAILURES_PER_IP = 25


class Handler(AxesDatabaseHandler):
    """Counts the failures of an account from an IP address, and those of the IP address alone.

    An account is never locked for all IP addresses, because then anyone could lock out its owner.
    """

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


def get_client_ip(request):
    """Return the client (:func:`policeapp.operations.rate_limits.client_ip`) if it is an IP address, else None."""
    client = client_ip(request)
    try:
        ip_address(client)
    except ValueError:
        return None
    return client


def get_username(request, credentials=None):
    """Return the mailbox of the typed email address, without null characters and cut to the longest that is stored."""
    typed = credentials or request.POST
    address = typed.get("email") or typed.get("username") or ""
    return mailbox_key(address.replace("\0", "").strip())[: User._meta.get_field("mailbox").max_length]


def format_for_log(username, ip, *_others):
    """Describe a failed sign-in for the log: the IP address, so that it can be blocked, and no user name."""
    return str(ip)


def locked_out(request, response, credentials):
    """Return a 429 page. It is the same whether or not the account exists and the password is right."""
    wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
    return too_many_requests(request, wait, "admin/locked_out.html", {"minutes": wait // 60})
