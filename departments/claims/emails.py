"""The emails of claims and invitations. They quote nothing that a visitor typed: anybody can enter any address."""

from django.urls import reverse
from django.utils.translation import gettext as _

from policeapp.web import emails
from policeapp.web.routes import absolute_url

from .tokens import make_token


def send_confirmation(claim):
    """Ask whether the owner of the address has sent the claim."""
    context = {"department": claim.department, "link": _link("claim confirm", "claim", claim)}
    subject = _("Confirm your request for the page of the %(department)s")
    emails.send(claim.email, _named(subject, claim), "emails/claim_confirm", context)


def send_refusal(claim, reason):
    """Tell a person that their claim is declined. ``reason`` is an administrator's text."""
    subject = _("Your request for the page of the %(department)s")
    context = {"department": claim.department, "reason": reason}
    emails.send(claim.email, _named(subject, claim), "emails/claim_declined", context)


def send_invitation(invitation):
    """Send the link with which the invited person becomes an editor or a recruiter."""
    context = {"invitation": invitation, "department": invitation.department}
    context |= {"link": _link("invitation", "invitation", invitation)}
    subject = _("Invitation to edit the page of the %(department)s")
    emails.send(invitation.email, _named(subject, invitation), "emails/invitation", context)


def _named(subject, row):
    return subject % {"department": row.department.name}


def _link(name, purpose, row):
    return absolute_url(reverse(name, args=[make_token(purpose, row.key)]))
