"""Asks for the password or the second factor again before somebody changes what gives rights."""

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.conf import settings
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from ..operations.rate_limits import seconds_now


def is_recent(request):
    """Return whether the user has signed in, or confirmed who they are, within ``ACCOUNT_REAUTHENTICATION_TIMEOUT``."""
    records = get_authentication_records(request, request.user)
    return bool(records) and seconds_now() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def record_password(request):
    """Record that the user has just entered a password on a page that is not django-allauth's."""
    record_authentication(request, request.user, "password")


def require_recent(request, repeats=True):
    """Raise an exception that leads to the page that asks for the password, unless the user was asked recently.

    That page then repeats a form that was sent. With ``repeats=False`` it opens the form again, because a password in
    it would be stored in the session.
    """
    if not request.user.is_authenticated or is_recent(request):
        return
    if repeats:
        raise ReauthenticationRequired
    query = urlencode({"next": request.get_full_path()})
    raise ImmediateHttpResponse(redirect(f"{reverse('account_reauthenticate')}?{query}"))


class ReauthenticationMixin:
    """A ``ModelAdmin`` whose objects give rights: viewing needs no password, changing does."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        # The form of a new object is only opened to send it.
        if request.method == "POST" or object_id is None:
            require_recent(request, repeats=object_id is not None)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def changelist_view(self, request, extra_context=None):
        if request.method == "POST":
            require_recent(request)
        return super().changelist_view(request, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        if request.method == "POST":
            require_recent(request)
        return super().delete_view(request, object_id, extra_context)
