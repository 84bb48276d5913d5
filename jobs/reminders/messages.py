"""Which jobs people are reminded of, and what the emails contain."""

from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from policeapp.models import User
from policeapp.web.forms import printable_line
from policeapp.web.routes import absolute_url

from ..alerts.messages import Message, SendRun
from ..models import Job, Verb
from .tokens import make_token

# A day of reminders begins at 14:00 UTC: in the morning of all states, at the start of a day on Guam.
START_OF_DAY = timedelta(hours=14)
MAX_JOBS = 20  # in an email


@transaction.atomic
def prepare_reminders():
    """Put the reminders of the day into the outbox, one for each person, and return their number.

    Several processes can call it at any time: one of them prepares all reminders of a day. What becomes due later waits
    for the next day, so that nobody gets two emails.
    """
    now = timezone.now()
    if not SendRun.claim_reminders((now - START_OF_DAY).date()):
        return 0
    due = [job for job in Job.objects.to_remind_of(now).with_department() if job.is_time_to_remind]
    team = _team({job.department_id for job in due})
    jobs_of = defaultdict(list)
    for job in due:
        for user in team[job.department_id]:
            jobs_of[user].append(job.pk)
    Message.objects.bulk_create(
        Message(kind=Message.Kind.REMINDER, user_id=user, content={"jobs": jobs}) for user, jobs in jobs_of.items()
    )
    for job in due:
        job.reminded_for = job.reminder_key
    Job.objects.bulk_update(due, ["reminded_for"], batch_size=500)
    return len(jobs_of)


def _team(departments):
    """Return ``{department: set of the users who can edit its jobs and can sign in}``, all as keys. Two queries."""
    team = defaultdict(set)
    for role in ("departments_edited", "departments_recruited"):
        people = User.objects.active_staff().filter(**{f"{role}__in": departments})
        for user, department in people.values_list("pk", role):
            team[department].add(user)
    return team


def reminder_context(message):
    """Return the variables of a reminder's templates, or None if nothing is left to ask its editor."""
    waiting = Job.objects.awaiting_answer().editable_by(message.user).filter(pk__in=message.content["jobs"])
    jobs = list(waiting.with_department().by_deadline()[: MAX_JOBS + 1])
    if not jobs:
        return None
    for job in jobs:
        job.title, job.department.name = printable_line(job.title), printable_line(job.department.name)
        job.department.city = printable_line(job.department.city)
    items = [{"job": job, "links": _links(message, job)} for job in jobs[:MAX_JOBS]]
    all_jobs = absolute_url(reverse("admin:jobs_job_changelist"))
    return {"items": items, "has_more": len(jobs) > MAX_JOBS, "all_jobs": all_jobs}


def _links(message, job):
    """Return ``[(label, URL)]`` of the answers for a job."""
    verbs = [Verb.CONFIRM, Verb.FILL, Verb.EXTEND] if job.closes_at is None else [Verb.EXTEND, Verb.FILL]
    paths = {verb: reverse(f"reminder {verb}", args=[make_token(verb, message, job)]) for verb in verbs}
    return [(job.label_of(verb), absolute_url(path)) for verb, path in paths.items()]
