"""Helpers that feeds and calendars share: departments by URL, responses and dates of change."""

import re
from datetime import datetime, time

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import http_date

from departments.models import Department

# Characters that neither XML 1.0 (section 2.2) nor iCalendar's TEXT (RFC 5545, section 3.3.11) allows.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def search_error_response(form):
    """Return a 400 response with the form's errors, and the places to choose from, as text."""
    return HttpResponse(form.error_text(), status=400, content_type="text/plain; charset=utf-8")


def get_department_or_404(state, slug):
    """Return the published department that has this slug now or had it before; raise Http404 if there is none."""
    departments = Department.objects.published()
    current = departments.filter(state=state, slug=slug).first()
    return current or get_object_or_404(departments, slug_redirects__state=state, slug_redirects__slug=slug)


def document_response(content, content_type, changed):
    """Return a feed or calendar as a response that search engines don't index.

    ``Last-Modified`` is the latest change of the openings in the document. It stays the same when an opening closes, so
    only the ETag can lead to a 304 response.
    """
    response = HttpResponse(content, content_type=content_type)
    response["Last-Modified"] = http_date(changed.timestamp())
    response["X-Robots-Tag"] = "noindex"
    return response


def last_modified(job):
    """Return when the opening last changed: it or its department was saved, or it opened as planned."""
    return max(job.modified, job.opens_at).replace(microsecond=0)


def start_of_today():
    """Return the start of today, for an empty document: the time of its last change is unknown."""
    return datetime.combine(timezone.now().date(), time.min, timezone.get_default_timezone())


def strip_unprintable(text):
    """Remove the characters that feeds and calendars can't contain."""
    return UNPRINTABLE.sub("", text)
