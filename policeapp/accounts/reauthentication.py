"""Asks for the password or the second factor again before somebody changes what gives rights."""

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from ..operations.rate_limits import seconds_now
from ..web import unsaved


def is_recent(request):
    """Return whether the user has signed in, or confirmed who they are, within ``ACCOUNT_REAUTHENTICATION_TIMEOUT``."""
    records = get_authentication_records(request, request.user)
    return bool(records) and seconds_now() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def sign_in_with_chosen_password(request, user):
    """Sign in a user who has just chosen a password, as django-allauth does: the session is recent, and is listed."""
    login(request, user, settings.AUTHENTICATION_BACKENDS[-1])
    record_authentication(request, user, "password")
    UserSession.objects.create_from_request(request)


def require_recent(request, repeats=True):
    """Raise an exception that leads to the page that asks for the password, unless the user was asked recently.

    That page then repeats a form that was sent. With ``repeats=False`` it opens the form again, because a password or a
    file in it can't be stored in the session. A form without a password shows what was typed.
    """
    if not request.user.is_authenticated or is_recent(request):
        return
    if repeats:
        raise ReauthenticationRequired
    unsaved.keep(request)
    query = urlencode({"next": request.get_full_path()})
    raise ImmediateHttpResponse(redirect(f"{reverse('account_reauthenticate')}?{query}"))


class ReauthenticationMixin:
    """A ``ModelAdmin`` whose objects give rights: viewing needs no password, changing does."""

    keeps_unsaved = False

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
