"""The ways through the directory to a page: each a list of ``Crumb`` that ends with the page itself."""

from django.urls import reverse
from django.utils.translation import gettext as _

from policeapp.structured_data import Crumb

from .geo.states import STATES


def to_directory():
    return [Crumb(_("Departments"), reverse("directory"))]


def to_state(code):
    return [*to_directory(), Crumb(STATES[code].name, reverse("state", args=[code]))]


def to_county(code, slug, label):
    return [*to_state(code), Crumb(label, reverse("county", args=[code, slug]))]


def to_letter(letter, code=None):
    """To the departments under a letter, of a state or of all."""
    path = reverse("letter", args=[code, letter] if code else [letter])
    return [*(to_state(code) if code else to_directory()), Crumb(letter.upper(), path)]


def to_department(department):
    """To a profile, by way of its county where that is known."""
    code, county = department.state, department.county_slug
    way = to_county(code, county, department.county_label) if county else to_state(code)
    return [*way, Crumb(department.name, department.get_absolute_url())]
