"""The forms of claims and invitations."""

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from policeapp.operations.rate_limits import RateLimit
from policeapp.web.email_addresses import is_our_own, mailbox_key
from policeapp.web.forms import LineField
from policeapp.web.spam import PublicForm

from ..fields import EmailAddressFormField
from ..models.roles import Role
from . import emails
from .domains import proof_of
from .models import Claim, Invitation

# Protects the owner of a mailbox from others who enter its addresses.
EMAILS_PER_ADDRESS = RateLimit("claim emails", 5, 24 * 3600)
# Another count, so that a visitor's claims can't keep somebody from being invited.
INVITATIONS_PER_ADDRESS = RateLimit("invitation emails", 5, 24 * 3600)
CLAIMS_PER_CLIENT = RateLimit("claims", 10, 3600)
INVITATIONS_PER_USER = RateLimit("invitations", 30, 24 * 3600)


class ClaimForm(PublicForm):
    """Who claims a department: a name, a role and a work email address."""

    name = LineField(
        label=_("Your name"),
        max_length=Claim._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    title = LineField(
        label=_("Your job title"),
        max_length=Claim._meta.get_field("title").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    email = EmailAddressFormField(
        label=_("Your work email address"),
        max_length=Claim._meta.get_field("email").max_length,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    @transaction.atomic
    def save(self, department):
        """Save the claim, send its link and return it. Return None if nothing is sent.

        A claim that waits for a decision does not change, because anybody can enter any address.
        """
        values = {name: self.cleaned_data[name] for name in ("name", "title", "email")}
        if not EMAILS_PER_ADDRESS.hit(mailbox_key(values["email"])):
            return None
        department.claims.filter(email=values["email"], confirmed_at=None).delete()
        claim, is_new = department.claims.get_or_create(
            email=values["email"], decision="", defaults=values | {"proof": proof_of(department, values["email"])}
        )
        if is_new:
            emails.send_confirmation(claim)
        return claim if is_new else None


class InvitationForm(forms.Form):
    """The email address and the role of a person to invite to a department."""

    email = EmailAddressFormField(label=_("Email address"), max_length=Invitation._meta.get_field("email").max_length)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        help_text=_(
            "Editors change the page and its jobs, and invite or remove people. Recruiters change only the jobs."
        ),
    )

    def __init__(self, department, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.department = department

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if is_our_own(email):
            raise ValidationError(_("This is our own address. Enter your colleague's."))
        return email

    def clean(self):
        """Refuse to invite somebody who has the role."""
        cleaned = super().clean()
        if not self.errors:
            if self.department.members(cleaned["role"]).filter(email=cleaned["email"]).exists():
                self.add_error("email", _("This person has this role already."))
        return cleaned

    @transaction.atomic
    def save(self, user):
        """Invite the person and return the invitation, or None if the user or the mailbox has reached a limit."""
        email = self.cleaned_data["email"]
        if not INVITATIONS_PER_USER.hit(user.pk) or not INVITATIONS_PER_ADDRESS.hit(mailbox_key(email)):
            return None
        invitation = Invitation.objects.invite(self.department, email, self.cleaned_data["role"], user)
        emails.send_invitation(invitation)
        return invitation


class ChoosePasswordForm(SetPasswordForm):
    """The name and the password of a new account."""

    name = LineField(
        label=_("Your name"),
        help_text=_("Your colleagues see it. You can leave it blank."),
        required=False,
        max_length=Claim._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="%s", **kwargs)
        first, second = self.fields["new_password1"], self.fields["new_password2"]
        first.label, second.label = _("Password"), _("The same again")
        # The others are explained when they are not met.
        first.help_text, second.help_text = password_validators_help_texts()[0], ""

    def clean_name(self):
        """Set the names of the user, which the password must not resemble."""
        name = self.cleaned_data["name"]
        self.user.first_name, _space, self.user.last_name = name.partition(" ")
        return name
