"""What tests of runs do again and again."""

from jobs.imports.connectors import runs
from jobs.models import Job

from .pages import feed, feed_job

FEED = "/feed.xml"


def publish(website, *numbers, **values):
    """Let the feed list jobs with these numbers."""
    website.pages[FEED] = feed(*(feed_job(referencenumber=number, requisitionid="", **values) for number in numbers))


def run_next(clock=None):
    """Run what is due, by default after the usual interval. Return the problems."""
    if clock:
        clock(hours=6, minutes=1)
    return [problem for _connector, problem in runs.run_due()]


def titles():
    return dict(Job.objects.values_list("external_id", "status"))
