"""Middleware for people who are signed in. It looks at nothing outside of /admin/, so public pages need no session."""

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from ..operations.rate_limits import seconds_now
from ..web.routes import route_at

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


def limit_sessions(get_response):
    """End a session ``SESSION_COOKIE_AGE`` after the last request, and ``SESSION_MAX_AGE`` after signing in.

    Django ends it after its last change, so the time of the last request is written into it. No cache stores a page.
    """

    def middleware(request):
        if not request.path_info.startswith("/admin/"):
            return get_response(request)
        if request.user.is_authenticated:
            _renew_or_end(request)
        response = get_response(request)
        add_never_cache_headers(response)
        return response

    return middleware


def _renew_or_end(request):
    session, now = request.session, seconds_now()
    if now - session.setdefault(BEGAN, now) > settings.SESSION_MAX_AGE:
        logout(request)
    elif now - session.get(SEEN, 0) > RENEWAL_SECONDS:
        session[SEEN] = now


def require_second_factor(get_response):
    """While ``REQUIRE_SECOND_FACTOR`` is on, an administrator without a second factor can only set one up."""

    def middleware(request):
        if not settings.REQUIRE_SECOND_FACTOR or not request.path_info.startswith("/admin/"):
            return get_response(request)
        if route_at(request.path_info).name.startswith(ALLOWED_WITHOUT_SECOND_FACTOR):
            return get_response(request)
        user = request.user
        if user.is_authenticated and user.is_administrator and not user.has_second_factor:
            text = _("Administrators need a second factor to sign in. Set one up to continue.")
            messages.warning(request, text)
            return redirect("mfa_index")
        return get_response(request)

    return middleware
