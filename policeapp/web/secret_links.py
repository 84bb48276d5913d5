"""Secret links in emails: their keys, their signed tokens, and the decorator of the views that they open."""

import secrets
from functools import wraps

from django.core import signing
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

require_get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def new_key():
    """Return a random key that identifies a row in a signed link and reveals nothing about it."""
    return secrets.token_hex(16)


class Tokens:
    """Makes and reads signed tokens. Each serves one purpose and reveals nothing about its owner.

    ``lifetimes`` is ``{purpose: timedelta}``; None means that a token never expires.
    """

    def __init__(self, salt, lifetimes):
        self.salt, self.lifetimes = salt, lifetimes

    def make(self, purpose, key):
        """Return a token that contains a row's random key, the current time and a signature."""
        return self._signer(purpose).sign(key)

    def read(self, purpose, token):
        """Return the key in the token, or None if the token is invalid, expired or made for another purpose."""
        try:
            return self._signer(purpose).unsign(token, max_age=self.lifetimes[purpose])
        except signing.BadSignature:
            return None

    def _signer(self, purpose):
        return signing.TimestampSigner(salt=f"{self.salt}.{purpose}")


def secret_link(view):
    """Decorate a view whose URL contains a token: the page is never cached and sends no referrer.

    It needs no CSRF cookie, because an attacker would have to know the token to forge a form.
    """

    @csrf_exempt
    @never_cache
    @require_get_or_post
    @wraps(view)
    def wrapper(request, token):
        response = view(request, token)
        response["Referrer-Policy"] = "no-referrer"
        return response

    return wrapper
