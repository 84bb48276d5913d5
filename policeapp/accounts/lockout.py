"""Who has failed to sign in too often has to wait. django-axes counts the failures, in the database: where that is
away nobody signs in anyway, and no other service need be there. This module says what is too often, and the answer.
"""

from ipaddress import ip_address

from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.db.models import Sum

from ..operations.rate_limits import client_of, too_many
from .models import User

# So often may the sign-ins from one address fail, whatever the accounts; people behind one address share it. Those of
# one account from there: ``AXES_FAILURE_LIMIT``.
FAILURES_OF_ADDRESS = 25


class Handler(AxesDatabaseHandler):
    """Counts an account's failures from an address, and apart from them those of the address alone.

    An account is never closed to all addresses: anybody could then keep its owner out.
    """

    def get_failures(self, request, credentials=None):
        """The failures of the account from this address, or, in proportion to their own limit, all from there."""
        of_account, of_address = (
            attempts.aggregate(number=Sum("failures_since_start", default=0))["number"]
            for attempts in self.get_user_attempts(request, credentials)
        )
        return max(of_account, of_address * settings.AXES_FAILURE_LIMIT // FAILURES_OF_ADDRESS)

    def reset_user_attempts(self, request, credentials=None):
        """To sign in forgets the account's failures from there, and no others: who has an account of their own may not
        try as many others' passwords as they like in between."""
        of_account, _of_address = self.filter_user_attempts(request, credentials)
        return of_account.delete()[0]


def address_of(request):
    """The client (:func:`policeapp.operations.rate_limits.client_of`) where it is an address, else None."""
    client = client_of(request)
    try:
        ip_address(client)
    except ValueError:
        return None
    return client


def name_of(request, credentials=None):
    """The name that was typed as far as a database can keep it, cut off where no account's name is longer."""
    typed = ((credentials or request.POST).get("username") or "").replace("\0", "")
    return typed[: User._meta.get_field("username").max_length + 1]


def in_logs(username, address, *_others):
    """What the log says of who failed: where from, for whoever has to stop it, and no name."""
    return str(address)


def locked_out(request, response, credentials):
    """The answer to who has to wait: the same whether there is such an account, and whether the password is right."""
    wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
    return too_many(request, wait, "admin/locked_out.html", {"minutes": wait // 60})
