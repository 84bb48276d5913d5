"""Runs connectors: fetches a list, imports it, and closes the openings that the list does not have.

Whatever is wrong with an answer, nothing is changed: a list that is broken, empty, moved or suddenly much shorter says
nothing about the openings that it lacks.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import NamedTuple

from django.core import serializers
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.models import Connector, Duplicate, Job, Listing
from policeapp.accounts.emails import administrators, send
from policeapp.database.timeouts import without_time_limit
from policeapp.history.models import Change
from policeapp.history.records import change_by
from policeapp.imports.engine import CREATED, ImportRun, batches
from policeapp.imports.tables import NotATable
from policeapp.web.routes import absolute_url

from . import csv_file, job_feed, job_posting, usajobs
from .fetch import Busy, Failed, Fetcher, Page, time_limit
from .importer import TRIAL_SECONDS, ConnectorImporter, has_words, table

logger = logging.getLogger(__name__)

# A list that had this many openings and has at most half of them may be broken.
MANY = 4
TRIAL_SHOWN = 5
# What a list may take to be read after the time for fetching its pages.
READ_SECONDS = 30
TRIAL_FIELDS = (*Job.FACTS, "source", "external_id", "opens_at", "closes_at")
PROBLEMS_SHOWN = 5


class Format(NamedTuple):
    """``read(page, get)`` returns ``(rows, problems)`` and may ``get(url)`` more pages; ``headers(url)`` are sent."""

    read: Callable
    headers: Callable = lambda url: {}
    obeys_robots: bool = False


FORMATS = {
    Connector.Format.JOB_FEED: Format(job_feed.read),
    Connector.Format.JOB_POSTING: Format(job_posting.read, obeys_robots=True),
    Connector.Format.CSV: Format(csv_file.read),
    Connector.Format.USAJOBS: Format(usajobs.read, usajobs.headers),
}


class Answer(NamedTuple):
    """What a connector fetched. ``problems`` are sentences; if there are any, the list may have more than ``rows``."""

    page: Page
    rows: list
    problems: list


def fetch(connector, fetcher, conditional=None):
    """Return the :class:`Answer`, or raise ``Failed``. ``conditional`` are more headers of the first request."""
    form = FORMATS[connector.format]

    def get(url, more=None):
        return fetcher.get(url, form.headers(url) | (more or {}), obey_robots=form.obeys_robots)

    page = get(connector.url, conditional)
    if page.is_unchanged and page.url == connector.url:
        return Answer(page, [], [])
    if page.status != 200:
        raise Failed(_("The website answered with status %d.") % page.status)
    with time_limit(fetcher.ends - monotonic() + READ_SECONDS):
        rows, problems = form.read(page, get)
    if page.url != connector.url:
        problems = [_("The list has moved to %s. Check it, and change the URL.") % page.url, *problems]
    return Answer(page, [row for row in rows if has_words(row, connector.words)], problems)


def run_due():
    """Run the connectors that are due, one after the other. Return ``[(connector, problem or "")]``."""
    due = Connector.objects.due().select_related("department")
    return [(connector, run(connector)) for connector in due if connector.claim()]


def run(connector):
    """Fetch and import what a claimed connector lists. Return the problem, or ""."""
    conditional = {"If-None-Match": connector.etag, "If-Modified-Since": connector.last_modified}
    try:
        with without_time_limit(), change_by(kind=Change.Kind.IMPORT, label=str(connector)):
            answer = fetch(connector, Fetcher(), {name: value for name, value in conditional.items() if value})
            _import(connector, answer)
    except Busy as busy:
        return _fail(connector, str(busy), wait=timedelta(seconds=busy.seconds))
    except (Failed, NotATable) as problem:
        return _fail(connector, str(problem))
    except Exception as error:
        logger.exception("Connector %s failed", connector.pk)
        return _fail(connector, _("This failed because of an error: %s.") % type(error).__name__)
    return ""


def _fail(connector, problem, **values):
    if connector.record_failure(problem, **values):
        _tell_administrators(connector)
    return problem


def _import(connector, answer):
    """Import the rows of a good answer. Raise ``Failed``, without having changed anything, for another."""
    if answer.page.is_unchanged:
        with transaction.atomic():
            record_listed(connector, dict(connector.listings.filter(missed=0).values_list("job", "number")))
        return connector.record_success()
    _check(connector, answer)
    run = ImportRun(ConnectorImporter(connector), table(answer.rows))
    run.prepare()
    report = run.apply()
    with transaction.atomic():
        record_listed(connector, _numbers(connector, run.importer, answer.rows), _has_numbers(answer.rows))
        Duplicate.objects.record_for(connector)
    # An answer with rejected rows is read again, because the next time they may be accepted.
    headers = {} if report.rejected else answer.page.headers
    return connector.record_success(
        listed=len(answer.rows),
        report=report._asdict(),
        etag=headers.get("etag", "")[:300],
        last_modified=headers.get("last-modified", "")[:100],
    )


def _check(connector, answer):
    """Raise ``Failed`` if an answer may lack openings that the list has."""
    if answer.problems:
        raise Failed(" ".join(answer.problems[:PROBLEMS_SHOWN]))
    if not answer.rows:
        raise Failed(_("The list is empty."))
    if connector.listed >= MANY and 2 * len(answer.rows) <= connector.listed:
        numbers = {"now": len(answer.rows), "before": connector.listed}
        raise Failed(_("The list has only %(now)d jobs, after %(before)d the last time. Is that right?") % numbers)


def _has_numbers(rows):
    """Return whether all openings have numbers. Without one, it is unknown which opening it is."""
    return all(row["job_id"] for row in rows)


def _numbers(connector, importer, rows):
    """Return ``{key of a job: number of its requisition}`` of the openings that the list has."""
    requisitions = {row["job_id"]: row["requisition"][:100] for row in rows}
    listed, jobs = importer.listed(), Job.objects.filter(source=connector.name)
    found = jobs.values_list("pk", "department", "external_id")
    return {pk: requisitions.get(number, "") for pk, department, number in found if (department, number) in listed}


def record_listed(connector, numbers, is_complete=True):
    """Record that a list has these openings: ``{key of a job: number of its requisition}``.

    Close the others that it had if they are missing for the second time. Each day, the first fetch confirms the
    openings; more often, it would empty the page cache each time.
    """
    today, known = timezone.now().date(), {listing.job_id: listing for listing in connector.listings.all()}
    added = sorted(numbers.keys() - known)
    Listing.objects.bulk_create(
        Listing(connector=connector, job_id=pk, number=numbers[pk], listed_on=today) for pk in added
    )
    seen = [pk for pk, listing in known.items() if pk in numbers and (listing.missed or listing.listed_on < today)]
    for batch in batches(seen):
        connector.listings.filter(job__in=batch).update(missed=0, listed_on=today)
    for batch in batches([*added, *seen]):
        Job.objects.filter(pk__in=batch).confirm()
    most = Listing.MOST_MISSED
    gone = [listing for pk, listing in known.items() if is_complete and pk not in numbers and listing.missed < most]
    for batch in batches(listing.pk for listing in gone):
        Listing.objects.filter(pk__in=batch).update(missed=F("missed") + 1)
    _close(connector, [listing.job_id for listing in gone if listing.missed + 1 == most])


def _close(connector, keys):
    for batch in batches(keys):
        jobs = Job.objects.filter(pk__in=batch, status=Job.Status.PUBLISHED).with_department()
        for job in jobs.select_for_update(of=("self",), no_key=True):
            job.delist(connector.name)


def _tell_administrators(connector):
    days = connector.PATIENCE.days
    paragraphs = [
        _("For %(days)d days, we could not fetch the jobs of this connector: %(connector)s.")
        % {"days": days, "connector": connector},
        connector.problem,
        _("The site still shows the jobs of the last complete fetch. Check the list, then change the connector."),
    ]
    link = absolute_url(reverse("admin:jobs_connector_change", args=[connector.pk]))
    for user in administrators():
        send(user.email, _("A connector does not work: %s") % connector.name, paragraphs, link, _("See the connector"))


def run_trials(limit=None):
    """Try the connectors that somebody wants to try, at most ``limit`` of them. Return their number."""
    return sum(run_trial(connector) for connector in Connector.objects.to_try().select_related("department")[:limit])


def run_trial(connector):
    """Fetch the list once, and store what its first openings would look like. Return whether it was possible now."""
    if not connector.claim():
        return False
    try:
        connector.finish_trial(try_out(connector))
    finally:
        connector.release()
    return True


def try_out(connector):
    """Return what a fetch brings, without changing anything, as :class:`jobs.models.Connector` stores it."""
    try:
        with without_time_limit():
            answer = fetch(connector, Fetcher(TRIAL_SECONDS))
            run = ImportRun(ConnectorImporter(connector, is_trial=True), table(answer.rows))
            report = run.prepare()
    except (Failed, NotATable) as problem:
        return {"problem": str(problem), "number": 0, "jobs": "[]", "rejections": []}
    except Exception as error:
        logger.exception("Trying connector %s failed", connector.pk)
        return {"problem": f"{type(error).__name__}", "number": 0, "jobs": "[]", "rejections": []}
    jobs = [row.plan.instance for row in run.rows if row.plan.outcome == CREATED][:TRIAL_SHOWN]
    problems = answer.problems or ([] if answer.rows else [_("The list is empty.")])
    return {
        "problem": " ".join(problems[:PROBLEMS_SHOWN]),
        "number": len(answer.rows),
        "jobs": serializers.serialize("json", jobs, fields=TRIAL_FIELDS),
        "rejections": report.rejections,
    }


def jobs_of(trial, department):
    """Return the openings of a stored trial, which are not saved. ``department`` is the connector's, or None."""
    jobs = [found.object for found in serializers.deserialize("json", trial.get("jobs", "[]"))]
    for job in jobs:
        if department:
            job.department = department
    return jobs
