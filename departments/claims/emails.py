"""The emails of claims, invitations and removed people.

They quote nothing that a visitor typed: anybody can enter any address.
"""

from django.urls import reverse
from django.utils.translation import gettext as _

from policeapp.accounts.emails import administrators, send
from policeapp.operations.rate_limits import RateLimit
from policeapp.web.routes import absolute_url

from ..models.roles import Role
from .tokens import make_token

# The queue in the admin has all claims, so a flood of them does not need one email each.
EMAILS_TO_ADMINISTRATORS = RateLimit("claim emails to administrators", 20, 24 * 3600)


def send_confirmation(claim):
    """Ask whether the owner of the address has sent the claim."""
    paragraphs = [
        _("You asked to keep this page up to date: %(department)s.") % _of(claim.department),
        _("Open this page and press the button on it. The link works for one week."),
        _("Didn't ask for this? Ignore this email, and we delete the request after a week."),
    ]
    link = absolute_url(reverse("claim confirm", args=[make_token("claim", claim.key)]))
    label = _("Confirm your request")
    send(claim.email, _("Confirm your request: %(department)s") % _of(claim.department), paragraphs, link, label)


def send_to_administrators(claim):
    """Tell those who can decide that a claim waits."""
    if not EMAILS_TO_ADMINISTRATORS.hit("all"):
        return
    paragraphs = [
        _("Somebody asks to keep this page up to date: %(department)s.") % _of(claim.department),
        _("They have confirmed their email address. Check who they are, then approve or decline the claim."),
    ]
    link, label = absolute_url(reverse("admin:departments_claim_change", args=[claim.pk])), _("See the claim")
    for user in administrators():
        send(user.email, _("A claim waits for you: %(department)s") % _of(claim.department), paragraphs, link, label)


def send_refusal(claim, reason):
    """Tell a person that their claim is declined. ``reason`` is an administrator's text."""
    paragraphs = [
        _("You asked to keep this page up to date: %(department)s.") % _of(claim.department),
        _("An administrator declined the request and wrote:"),
        *reason.splitlines(),
        _("You can send another request from the department's page."),
    ]
    link = absolute_url(claim.department.get_absolute_url())
    title = _("We can't give you access: %(department)s") % _of(claim.department)
    send(claim.email, title, paragraphs, link, _("See the department's page"))


def send_invitation(invitation):
    """Send the link with which the invited person becomes an editor or a recruiter."""
    tasks = {
        Role.EDITOR: _("You can keep the department's page and its jobs on PoliceApp up to date."),
        Role.RECRUITER: _("You can post the department's jobs on PoliceApp and keep them up to date."),
    }
    paragraphs = [
        tasks[invitation.role],
        _("Open this page to choose a password, or sign in if you have an account. The link works once, for a week."),
        _("Didn't expect this? Ignore this email, and nothing happens."),
    ]
    link = absolute_url(reverse("invitation", args=[make_token("invitation", invitation.key)]))
    label = _("Accept the invitation")
    send(invitation.email, _("You are invited: %(department)s") % _of(invitation.department), paragraphs, link, label)


def send_removal(department, person, role, remover):
    """Tell a person who has lost a role, and the editors who remain."""
    values = {"person": person.public_name, "role": role.label.lower(), "remover": remover.public_name}
    values |= _of(department)
    paragraphs = [
        _("You are not on the list of people for this department any more: %(department)s.") % values,
        _("Your role was: %(role)s. It was removed by %(remover)s. You still have your account.") % values,
        _("Was this a mistake? Ask an editor of the department, or an administrator, to invite you again."),
    ]
    send(person.email, _("Your role was removed: %(department)s") % _of(department), paragraphs)
    paragraphs = [
        _("A person was removed from the list of people for this department: %(department)s.") % values,
        _("It was %(person)s. Their role was: %(role)s. It was removed by %(remover)s.") % values,
        _("Was this a mistake? You can invite the person again."),
    ]
    link = absolute_url(reverse("admin:departments_department_team", args=[department.pk]))
    title = _("A person was removed: %(department)s") % _of(department)
    for editor in department.members(Role.EDITOR).filter(is_active=True).exclude(pk=person.pk):
        send(editor.email, title, paragraphs, link, _("See who can edit"))


def _of(department):
    return {"department": department.name_and_town}
