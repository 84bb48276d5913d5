"""Signed tokens in the links of emails. Each serves one purpose and reveals nothing about its subscriber."""

from datetime import timedelta

from policeapp.web.secret_links import Tokens

# How long a link works, by purpose. Unsubscribing must always be possible, so that link never expires (RFC 8058).
LIFETIMES = {
    "confirm": timedelta(days=7),
    "manage": timedelta(days=60),
    "renew": timedelta(days=60),
    "unsubscribe": None,
}

_tokens = Tokens("policeapp.jobs", LIFETIMES)
make_token, read_token = _tokens.make, _tokens.read
