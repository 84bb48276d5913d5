"""The list of departments without an editor, for administrators who want to write to them."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from policeapp.imports.tables import csv_bytes
from policeapp.web.routes import absolute_url

from ..models import Department

# More than the departments of the country.
MAX_ROWS = 30_000


def download():
    """Return the list as a CSV file that spreadsheets open: the departments with most residents first."""
    departments = Department.objects.listed().without_editor().by_population()[:MAX_ROWS]
    header = _("Department"), _("City"), _("State"), _("Population"), _("Phone"), _("Email"), _("Website")
    content = csv_bytes([*header, _("Page"), _("Claim link")], map(_row, departments.iterator(chunk_size=2000)))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="departments-without-editor.csv"'
    return response


def _row(department):
    contact = department.phone, department.email, department.website
    links = (
        absolute_url(reverse(name, args=[department.state.lower(), department.slug]))
        for name in ("department", "claim")
    )
    return [department.name, department.city, department.state, department.population, *contact, *links]
