"""The admin's front page: an editor's departments and jobs, and what waits for an administrator."""

from datetime import timedelta

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import timezone

from departments.corrections.facts import OF_DEPARTMENTS
from departments.editors import is_editor, is_recruiter
from departments.models import Claim, Correction, Department
from policeapp.accounts.models import EDIT_EVERY_DEPARTMENT
from policeapp.models import Import

from .models import Connector, Duplicate, Job, Verb

DEPARTMENTS_SHOWN, JOBS_SHOWN, CLAIMS_SHOWN, CORRECTIONS_SHOWN, IMPORTS_SHOWN, EDITS_SHOWN = 5, 10, 5, 5, 5, 10
CONNECTORS_SHOWN, DUPLICATES_SHOWN = 5, 5
SOON = timedelta(days=7)

# The fields that a department's name with city and state needs.
NAMES = ("name", "city", "state")
# The buttons of a job on the front page. The page of the job has all.
VERBS = {Verb.PUBLISH, Verb.CONFIRM, Verb.EXTEND, Verb.FILL}

# The ids of the lists in a department's form. The other facts have the names of their fields.
PARTS = {key: fact.anchor for key, fact in OF_DEPARTMENTS.items() if fact.anchor}


def front_page(request):
    """Return the variables of templates/admin/index.html for the roles of the user."""
    user = request.user
    if user.has_perm(EDIT_EVERY_DEPARTMENT):
        return _for_administrator() | _corrections(user) | _duplicates(user)
    if not is_recruiter(request):
        return {}
    departments = _departments(user) if is_editor(request) else {}
    return departments | _jobs(user) | _corrections(user) | _duplicates(user)


def _for_administrator():
    claims = Claim.objects.waiting()
    edited = ContentType.objects.get_for_models(Department, Job).values()
    edits = LogEntry.objects.filter(content_type__in=edited).select_related("user", "content_type")
    return {
        "is_administrator": True,
        "claims": claims.select_related("department").order_by("confirmed_at")[:CLAIMS_SHOWN],
        "claims_number": claims.count(),
        "imports": Import.objects.only("file_name", "created", "applied_at")[:IMPORTS_SHOWN],
        "edits": edits[:EDITS_SHOWN],
        "connectors": _connectors(),
    }


def _corrections(user):
    """The first corrections that wait for the user, oldest first. Names of departments need no more than the row."""
    waiting = Correction.objects.editable_by(user).waiting().with_reports_number().select_related("department")
    shown = list(waiting.order_by("pk")[:CORRECTIONS_SHOWN])
    prefetch_related_objects([each for each in shown if each.target_model is not Department], "target")
    return {"corrections": shown}


def _connectors():
    """The connectors that fail, and those that wait for permission."""
    shown = Connector.objects.needing_attention().select_related("department")
    return shown.only("name", "problem", "failing_since", *(f"department__{name}" for name in NAMES))[:CONNECTORS_SHOWN]


def _duplicates(user):
    """Pairs of the user's jobs that may be the same one."""
    waiting = Duplicate.objects.waiting().editable_by(user).select_related("job__department", "other")
    names = (f"job__department__{name}" for name in NAMES)
    return {"duplicates": waiting.only("is_decided", "job__title", "other__title", *names)[:DUPLICATES_SHOWN]}


def _departments(user):
    """The departments that the user edits, each with links to the fields of its facts, known and unknown."""
    mine = Department.objects.editable_by(user)
    found = list(mine.with_parts().by_name()[: DEPARTMENTS_SHOWN + 1])
    return {
        "cards": [_card(department) for department in found[:DEPARTMENTS_SHOWN]],
        "has_more_departments": len(found) > DEPARTMENTS_SHOWN,
    }


def _card(department):
    unknown = department.unknown_facts(
        has_specializations=department.has_specializations, has_divisions=department.has_divisions
    )
    form = reverse("admin:departments_department_change", args=[department.pk])
    links = {fact: (label, f"{form}#{PARTS.get(fact, f'id_{fact}')}") for fact, label in department.EXPECTED.items()}
    return {
        "department": department,
        "form": form,
        "known": [link for fact, link in links.items() if fact not in unknown],
        "expected": len(links),
        "unknown": [link for fact, link in links.items() if fact in unknown],
    }


def _jobs(user):
    """The jobs that the user can edit, apart from closed ones: to confirm, closing within ``SOON``, and others."""
    jobs = list(Job.objects.editable_by(user).current().with_department().by_deadline()[: JOBS_SHOWN + 1])
    shown, soon = jobs[:JOBS_SHOWN], timezone.now() + SOON
    unconfirmed = list(Job.objects.editable_by(user).to_confirm().with_department()[:JOBS_SHOWN])
    shown = [job for job in shown if job not in unconfirmed]
    for job in (*unconfirmed, *shown):
        job.buttons = job.labels_of(VERBS)
    closing = [job for job in shown if job.closes_at and job.closes_at <= soon and job.is_open()]
    return {
        "has_jobs": True,
        "unconfirmed": unconfirmed,
        "closing": closing,
        "other_jobs": [job for job in shown if job not in closing],
        "with_department": len({job.department_id for job in (*unconfirmed, *shown)}) > 1,
        "has_more_jobs": len(jobs) > JOBS_SHOWN,
    }
