"""Signed tokens in the links of emails. Each serves one purpose and reveals nothing about its subscriber."""

from datetime import timedelta

from django.core import signing

# How long a link works, by purpose. Unsubscribing must always be possible, so that link never expires (RFC 8058).
LIFETIMES = {
    "confirm": timedelta(days=7),
    "manage": timedelta(days=60),
    "renew": timedelta(days=60),
    "unsubscribe": None,
}


def make_token(purpose, key):
    """Return a token that contains a row's random key, the current time and a signature."""
    return _signer(purpose).sign(key)


def read_token(purpose, token):
    """Return the key in the token, or None if the token is invalid, expired or made for another purpose."""
    try:
        return _signer(purpose).unsign(token, max_age=LIFETIMES[purpose])
    except signing.BadSignature:
        return None


def _signer(purpose):
    return signing.TimestampSigner(salt=f"policeapp.jobs.{purpose}")
