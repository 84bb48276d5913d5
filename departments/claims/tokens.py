"""Signed tokens in the links of emails. The rows know how long a link works."""

from policeapp.web.secret_links import Tokens

_tokens = Tokens("policeapp.departments", {"claim": None, "invitation": None})
make_token, read_token = _tokens.make, _tokens.read
