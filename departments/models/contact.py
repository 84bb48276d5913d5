"""How to reach a department."""

from urllib.parse import urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import phones
from ..fields import EmailAddressField, HttpsURLField, PhoneField
from .kinds import WebsiteKind


class Contact(models.Model):
    """A model with a phone number, an email address and a website. It has a ``kind``."""

    WebsiteKind = WebsiteKind

    phone = PhoneField(_("phone"), blank=True, help_text=_("Not for emergencies."))
    email = EmailAddressField(_("email"), blank=True, help_text=_("Not for emergencies."))
    website = HttpsURLField(_("website"), blank=True, max_length=300)
    website_kind = models.CharField(
        _("whose website"),
        max_length=20,
        blank=True,
        choices=WebsiteKind.choices,
        help_text=_("Leave blank for the department's own website."),
    )

    class Meta:
        abstract = True

    @property
    def phone_link(self):
        return phones.tel_url(self.phone)

    @property
    def website_label(self):
        return WebsiteKind.link_text(self.website_kind, self.kind)

    @property
    def website_host(self):
        """The website's host name without "www."."""
        return (urlsplit(self.website).hostname or self.website).removeprefix("www.")
