"""Signed links in e-mails: each is good for one purpose, for a while, and says nothing of whom it is about."""

from datetime import timedelta

from django.core import signing

# How long a link of each purpose is good. Leaving must always be possible (RFC 8058 has no end either).
LIFETIMES = {
    "confirm": timedelta(days=7),
    "manage": timedelta(days=60),
    "renew": timedelta(days=60),
    "unsubscribe": None,
}


def make_token(purpose, key):
    """The token for a row's random ``key``, with the time and the signature in it."""
    return _signer(purpose).sign(key)


def read_token(purpose, token):
    """The key in the token; None if it is forged, altered, too old or was made for another purpose."""
    try:
        return _signer(purpose).unsign(token, max_age=LIFETIMES[purpose])
    except signing.BadSignature:
        return None


def _signer(purpose):
    return signing.TimestampSigner(salt=f"policeapp.jobs.{purpose}")
