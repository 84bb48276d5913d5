"""Forms of the admin that arrive after the session has ended.

What the person typed waits in the next session of the same browser. Once the same person has signed in, the form shows
it, and they check and save it. A signed cookie names the person who was last signed in, so nobody gets the text of
somebody else, and a form of another site, which has no such cookie, is not shown.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.core.signing import BadSignature
from django.http import QueryDict
from django.utils.translation import gettext as _

COOKIE = "editor"
# Longer than a weekend between opening a form and saving it.
COOKIE_AGE = timedelta(days=7)
KEY = "unsaved_forms"  # of the session
MOST = 5  # forms in a session; more are the oldest ones
MAX_LENGTH = 500_000  # characters of a form as it is stored


def remember(request, response, signed_in_at):
    """Let the browser remember the person who is signed in. ``signed_in_at`` is in seconds since 1970."""
    value = f"{request.user.pk}.{int(signed_in_at)}"
    if _read_cookie(request) != value:
        response.set_signed_cookie(
            COOKIE,
            value,
            max_age=COOKIE_AGE,
            path=settings.SESSION_COOKIE_PATH,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _read_cookie(request):
    try:
        return request.get_signed_cookie(COOKIE, "", max_age=COOKIE_AGE)
    except BadSignature:
        return ""


def last_person(request):
    """Return the primary key, as text, of the person who was last signed in with this browser; "" for none."""
    return _read_cookie(request).partition(".")[0]


def keep(request):
    """Keep what a request would have saved in the admin, without its files. Return False if that is not possible.

    Admin classes decide with ``keeps_unsaved``, because passwords must not be stored in the session.
    """
    person = last_person(request)
    is_author = person and (not request.user.is_authenticated or person == str(request.user.pk))
    if request.method != "POST" or not is_author or not _has_form(request.resolver_match):
        return False
    forms, post = request.session.get(KEY, {}), request.POST.urlencode()
    if len(post) > MAX_LENGTH:
        return False
    forms.pop(request.path, None)
    forms[request.path] = {"person": person, "post": post, "has_files": bool(request.FILES)}
    request.session[KEY] = dict(list(forms.items())[-MOST:])
    if not request.user.is_authenticated:
        messages.warning(request, _("You were signed out. Sign in, and the form shows what you typed."))
    return True


def _has_form(match):
    is_form = (match.url_name or "").endswith(("_add", "_change"))
    return is_form and getattr(getattr(match.func, "model_admin", None), "keeps_unsaved", False)


def restore(request):
    """Give a request for a form the values that this person typed into it. Return a message, or None without any."""
    forms = request.session.get(KEY, {})
    found = forms.get(request.path)
    if request.method != "GET" or not found or found["person"] != str(request.user.pk):
        return None
    del forms[request.path]
    request.session[KEY] = forms
    message = _("Nothing is saved yet. The form shows what you typed before you signed in again. Check it and save it.")
    if found["has_files"]:
        message += " " + _("Choose the file again.")
    # Before POST is replaced, because reading the files for the first time would empty it.
    request.FILES.clear()
    request.method, request.POST = "POST", QueryDict(found["post"])
    return message
