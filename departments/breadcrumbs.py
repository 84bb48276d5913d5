"""Breadcrumbs of the directory's pages. Each function returns a list of ``Crumb`` that ends with the page itself."""

from django.urls import reverse
from django.utils.translation import gettext as _

from policeapp.web.structured_data import Crumb

from .geo.states import STATES


def for_directory():
    return [Crumb(_("Departments"), reverse("directory"))]


def for_state(code):
    return [*for_directory(), Crumb(STATES[code].name, reverse("state", args=[code]))]


def for_county(code, slug, label):
    return [*for_state(code), Crumb(label, reverse("county", args=[code, slug]))]


def for_letter(letter, code=None):
    """Return the breadcrumbs of a page of the A to Z list, of one state or of the whole country."""
    path = reverse("letter", args=[code, letter] if code else [letter])
    return [*(for_state(code) if code else for_directory()), Crumb(letter.upper(), path)]


def for_department(department):
    """Return the breadcrumbs of a profile, through its county if that is known."""
    code, county = department.state, department.county_slug
    parents = for_county(code, county, department.county_label) if county else for_state(code)
    return [*parents, Crumb(department.name, department.get_absolute_url())]


def for_claim(department):
    """Return the breadcrumbs of the form with which somebody claims a department."""
    path = reverse("claim", args=[department.state, department.slug])
    return [*for_department(department), Crumb(_("Keep this page up to date"), path)]
