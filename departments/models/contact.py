"""How to reach a department."""

from urllib.parse import urlencode, urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import phones
from ..fields import EmailAddressField, HttpsURLField, PhoneField
from ..names import county_label
from .kinds import WebsiteKind
from .location import is_mailbox


class Contact(models.Model):
    """A model with a phone number, an email address and a website. It has a name, an address and a ``kind``."""

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

    @property
    def name_and_town(self):
        """A text that tells departments of one name apart, such as "Westport Police Department, Westport, CT".

        A name that ends with the town gets only the state: "University of California, Davis, CA".
        """
        town = "" if self.name.casefold().endswith(self.city.casefold()) else self.city
        return ", ".join(filter(None, [self.name, town, self.state]))

    @property
    def town(self):
        """A text such as "Westport, CT", or the state's name if the city is unknown."""
        return f"{self.city}, {self.state}" if self.city else self.get_state_display()

    @property
    def county_label(self):
        return county_label(self.county, self.state)

    @property
    def street_lines(self):
        """The lines of the address that lead to a building; [] if there is only a P.O. box or the like."""
        lines = [line for line in (self.street1, self.street2) if line and not is_mailbox(line)]
        return [line for line in lines if line[0].isdigit()] if is_mailbox(self.street1) else lines

    @property
    def directions_url(self):
        """The URL of directions to the street address, or "" without one."""
        if not self.street_lines or not self.city:
            return ""
        to = f"{self.name}, {self.street_lines[0]}, {self.city}, {self.state} {self.zip}"
        return f"https://www.google.com/maps/dir/?{urlencode({'api': 1, 'destination': to})}"
