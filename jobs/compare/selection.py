"""Find the departments or openings that a comparison's query string selects."""

import re
from collections import Counter
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from departments.models import Department, SlugRedirect
from policeapp.web.routes import NUMBER

from ..models import Job, with_open_jobs

MAX_COLUMNS = 4

DEPARTMENT_KEY = re.compile(r"([a-z]{2})/([-\w]{1,120})\Z", re.ASCII | re.IGNORECASE)
JOB_KEY = re.compile(NUMBER + r"\Z")


def comparison_query(items):
    """Return the query string that compares these departments or openings; only the first ``MAX_COLUMNS`` count."""
    pairs = [("d", department_key(item)) if isinstance(item, Department) else ("j", item.pk) for item in items]
    return urlencode(pairs[:MAX_COLUMNS], safe="/")


def department_key(department):
    """Return a department's value in the query string, such as "ct/westport-police-department"."""
    return f"{department.state.lower()}/{department.slug}"


def select_departments(keys):
    """Find departments by keys such as "ct/westport-police-department".

    Return ``(departments, notices)``: a list of departments, each with ``.open_jobs``, and a list of messages about
    keys that were left out.
    """
    keys, notices = _unique_keys(keys)
    slugs = {key: match.groups() for key in keys if (match := DEPARTMENT_KEY.match(key))}
    published = Department.objects.published()
    found = {
        (department.state.lower(), department.slug): department
        for department in with_open_jobs(published.filter(_has_slug(slugs.values())))
    }
    missing = [slug for slug in slugs.values() if slug not in found]
    if missing:
        redirects = list(SlugRedirect.objects.filter(_has_slug(missing), department__in=published))
        departments = with_open_jobs(published).in_bulk([redirect.department_id for redirect in redirects])
        found |= {(each.state.lower(), each.slug): departments[each.department_id] for each in redirects}
    not_found = _("No department found for “%(key)s”.")
    return _in_order(keys, {key: found.get(slug) for key, slug in slugs.items()}, notices, not_found)


def select_jobs(keys):
    """Find open jobs by ids.

    Return ``(jobs, notices)``: a list of jobs with their departments, and a list of messages about ids that were left
    out.
    """
    keys, notices = _unique_keys(keys)
    ids = {key: int(key) for key in keys if JOB_KEY.match(key)}
    found = Job.objects.open().with_department().in_bulk(list(ids.values()))
    not_found = _("Job “%(key)s” is closed or doesn't exist.")
    return _in_order(keys, {key: found.get(pk) for key, pk in ids.items()}, notices, not_found)


def _unique_keys(keys):
    """Return the first ``MAX_COLUMNS`` different keys, and messages about the other keys."""
    keys = [key.strip().lower() for key in keys if key.strip()]
    counts = Counter(keys)
    first = list(counts)[:MAX_COLUMNS]
    notices = [_("“%(key)s” was listed twice. It is shown once.") % {"key": _short(k)} for k in first if counts[k] > 1]
    if more := len(counts) - len(first):
        notices.append(
            ngettext(
                "You can compare %(max)d at a time. The last one is not shown.",
                "You can compare %(max)d at a time. The last %(more)d are not shown.",
                more,
            )
            % {"max": MAX_COLUMNS, "more": more}
        )
    return first, notices


def _in_order(keys, found, notices, not_found):
    """Return the found objects in the order of their keys, each once, and the notices with one for each unknown key."""
    notices = notices + [not_found % {"key": _short(key)} for key in keys if not found.get(key)]
    return list({found[key].pk: found[key] for key in keys if found.get(key)}.values()), notices


def _has_slug(slugs):
    """Return the condition for one of these ``(lowercase state, slug)`` pairs."""
    condition = Q(pk__in=[])
    for state, slug in slugs:
        condition |= Q(state=state.upper(), slug=slug)
    return condition


def _short(key):
    return Truncator(key).chars(60)
