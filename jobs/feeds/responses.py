"""What the feeds and the calendars share: which openings they have, what they are called and how they are answered."""

import re
from datetime import datetime, time
from urllib.parse import urlencode

from django.http import HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _

from departments.models import Department

from ..forms import JobSearchForm
from ..models import Alert

# What neither XML 1.0 (section 2.2) nor iCalendar's TEXT (RFC 5545, section 3.3.11) may hold.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class FollowedSearchForm(JobSearchForm):
    """The search for openings as programs repeat it: real ones only, and in an order that suits them.

    ``typed`` is the query string of the page (a mapping), ``sort`` the order where it asks for none.
    """

    def __init__(self, typed, sort):
        self.asked = {name: typed[name] for name in self.base_fields if typed.get(name)}
        super().__init__({"sort": sort} | self.asked)

    def openings(self):
        return super().openings().real()

    def first(self, most):
        """The first openings that it asks for, whole and with their departments; none while it has errors."""
        numbers = [job.pk for job in self.results()[:most]]
        found = self.openings().with_department().in_bulk(numbers) if numbers else {}
        # One that closed between the two queries is no longer there.
        return [found[pk] for pk in numbers if pk in found]

    @property
    def query(self):
        """ "?near=06880&kind=lateral": all that is asked for by a name that it knows; "" when nothing is."""
        return f"?{urlencode(self.asked)}" if self.asked else ""

    def in_words(self):
        """ "Entry-level openings within 25 miles of Westport, CT"; after :meth:`first`, which finds places."""
        asked = {name: self.cleaned_data[name] for name in ("q", "kind", "state", "pay")}
        return Alert(near=str(self.place or ""), miles=self.miles, **asked).openings_in_words()


def refused(form):
    """400, with what is wrong with the search in a sentence: who reads a feed cannot be asked which place was meant."""
    said = [
        f"{form[name].label if name in form.fields else _('Search')}: {error}"
        for name, errors in form.errors.items()
        for error in errors
    ]
    if form.choices:
        said.append(_("Write one of: %(places)s") % {"places": "; ".join(place.search_text for place in form.choices)})
    return HttpResponse("\n".join(said) + "\n", status=400, content_type="text/plain; charset=utf-8")


def department_at(state, slug):
    """The published department that has this address, or had it; 404 for none."""
    departments = Department.objects.published()
    present = departments.filter(state=state, slug=slug).first()
    return present or get_object_or_404(departments, former_addresses__state=state, former_addresses__slug=slug)


def answer(content, content_type, changed):
    """The document.

    ``Last-Modified`` tells the newest change among the openings that are there, but one that closes or is withdrawn
    leaves no date behind: who asked by the date alone would go on showing it, so only the ETag makes a 304.
    """
    response = HttpResponse(content, content_type=content_type)
    response["Last-Modified"] = http_date(changed.timestamp())
    response["X-Robots-Tag"] = "noindex"
    return response


def changed_at(job):
    """When the opening last changed: it was saved, it followed its department, or it opened as planned."""
    return max(job.modified, job.opens_at).replace(microsecond=0)


def start_of_today():
    """For a list in which nothing is: nobody knows since when, but it was so today."""
    return datetime.combine(timezone.now().date(), time.min, timezone.get_default_timezone())


def host(request):
    """The site's name without the port, for names that stay when the site moves to another or to HTTPS."""
    return split_domain_port(request.get_host())[0]


def printable(text):
    """The text without the characters that no program may be sent."""
    return UNPRINTABLE.sub("", text)
