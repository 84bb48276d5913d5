"""Middleware for people who are signed in. It looks at nothing outside of /admin/, so public pages need no session."""

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from ..database.unavailable import respond
from ..operations.rate_limits import seconds_now
from ..web import unsaved

BEGAN, SEEN = "signed_in_at", "seen_at"  # keys of the session; the values are seconds since 1970
# How often an active session is renewed. Each time is a write.
RENEWAL_SECONDS = 5 * 60
# The prefixes of the names of URLs that an administrator without a second factor can use.
ALLOWED_WITHOUT_SECOND_FACTOR = ("account_", "mfa_", "usersessions_", "admin:logout", "admin:login")


def begin_session(sender, request, user, **options):
    """Receiver of the signal that somebody has signed in."""
    request.session[BEGAN] = request.session[SEEN] = seconds_now()


def renew_key(sender, request, user, reauthenticated=False, **options):
    """Receiver of the signal that somebody has confirmed who they are: the session gets another key."""
    if reauthenticated:
        session = UserSession.objects.filter(session_key=request.session.session_key)
        request.session.cycle_key()
        session.update(session_key=request.session.session_key)


class AccountSession:
    """Ends sessions, keeps what was typed, and asks for a second factor. No cache stores a page below /admin/.

    A session ends ``SESSION_COOKIE_AGE`` after the last request, and ``SESSION_MAX_AGE`` after signing in. While
    ``REQUIRE_SECOND_FACTOR`` is on, an administrator without a second factor can only set one up.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.path_info.startswith("/admin/"):
            add_never_cache_headers(response)
            if hasattr(request, "signed_in_at"):
                unsaved.remember(request, response, request.signed_in_at)
        return response

    def process_view(self, request, view, args, kwargs):
        if not request.path_info.startswith("/admin/"):
            return None
        try:
            if request.user.is_authenticated:
                _renew_or_end(request)
            if not request.user.is_authenticated:
                unsaved.keep(request)
            return _redirect_without_second_factor(request)
        except Exception as error:
            # Django passes only the errors of views on to DatabaseUnavailable.
            if response := respond(request, error):
                return response
            raise


def _renew_or_end(request):
    """Django ends a session some time after its last change, so the time of the last request is written into it."""
    session, now = request.session, seconds_now()
    if now - session.setdefault(BEGAN, now) > settings.SESSION_MAX_AGE:
        logout(request)
        return
    request.signed_in_at = session[BEGAN]
    if now - session.get(SEEN, 0) > RENEWAL_SECONDS:
        session[SEEN] = now


def _redirect_without_second_factor(request):
    if not settings.REQUIRE_SECOND_FACTOR:
        return None
    if request.resolver_match.view_name.startswith(ALLOWED_WITHOUT_SECOND_FACTOR):
        return None
    user = request.user
    if not user.is_authenticated or not user.is_administrator or user.has_second_factor:
        return None
    messages.warning(
        request, _("Administrators need more than a password. Add a passkey or set up an app to continue.")
    )
    return redirect("mfa_index")
