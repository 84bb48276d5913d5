"""Email addresses in the one form that is stored, shown, counted and sent to."""

from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

MAX_LENGTH, MAX_LOCAL_LENGTH = 254, 64  # characters (RFC 5321, 4.5.3.1)
# Top-level domains that lead into a private network or nowhere (RFC 2606, 6761, 6762, 7686, 9476, and usual names). The
# examples of RFC 2606 are valid, because samples and documents use them.
NOT_PUBLIC = {
    "alt", "arpa", "corp", "home", "internal", "intranet", "invalid", "lan", "local", "localdomain", "localhost",
    "onion", "private", "test",
}  # fmt: skip
# Delivery reports about our emails go to these and to the sender's address, so we never write to them.
POSTMASTERS = {"mailer-daemon", "postmaster"}
# Domains whose mailboxes are also those of another domain.
ALIASES = {"googlemail.com": "gmail.com"}

validate_syntax = EmailValidator(allowlist=[])


def normalize(text):
    """Return the address as it is sent: without spaces around it, and with the domain in ASCII.

    Raise ``ValidationError`` if it is not an address at a public domain. Quoted names and IP addresses are refused,
    and so are letters outside of ASCII before the @, because sending to them needs an extension of SMTP.
    """
    local, _at, domain = text.strip().rpartition("@")
    try:
        # The time that the codec takes grows with the square of the length.
        domain = domain.encode("idna").decode("ascii") if len(domain) <= MAX_LENGTH else ""
    except UnicodeError:
        domain = ""
    address = f"{local}@{domain}"
    is_plain = local.isascii() and '"' not in local and "[" not in domain
    is_short = len(local) <= MAX_LOCAL_LENGTH and len(address) <= MAX_LENGTH
    if not is_plain or not is_short or domain.lower().rpartition(".")[2] in NOT_PUBLIC:
        raise ValidationError(EmailValidator.message, EmailValidator.code)
    validate_syntax(address)
    return address


def account_email(text):
    """Return the address of an account, in the one form in which accounts have it: normalized, in lower case.

    Raise ``ValidationError`` as :func:`normalize` does. Dots and +tags make another account, because they are other
    people at most domains: j.doe@ and jdoe@.
    """
    return normalize(text).lower()


def mailbox_key(address):
    """Return the same text for addresses that may reach one mailbox, to limit what is sent to it, and nothing else.

    The case, a +tag and the dots in the name, which Gmail ignores, make no difference.
    """
    local, _at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}@{ALIASES.get(domain, domain)}"


def is_our_own(address):
    """Return whether emails to a normalized address would come back to the sender of our emails."""
    sender = mailbox_key(parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    local, _at, domain = mailbox_key(address).rpartition("@")
    return domain == sender.rpartition("@")[2] and (f"{local}@{domain}" == sender or local in POSTMASTERS)
