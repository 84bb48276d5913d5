"""The admin's actions on jobs: each asks first, and says row by row what it changes, and why it can't change others."""

from typing import NamedTuple

from django.contrib import messages
from django.contrib.admin import action
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import model_ngettext
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from departments.editors import record_edit
from policeapp.web.conflicts import VERSION_FIELD, digest

from .forms import DeadlineForm
from .models import Job, Verb

# More rows than this are not read before they are confirmed, and make a page too large.
MAX_ROWS = 200

DONE = {
    Verb.PUBLISH: _("published"),
    Verb.CONFIRM: _("confirmed as still open"),
    Verb.EXTEND: _("given another deadline"),
    Verb.FILL: _("marked as filled"),
    Verb.REOPEN: _("reopened"),
    Verb.WITHDRAW: _("withdrawn"),
}


class Row(NamedTuple):
    """What happens to a job. ``reason`` says why nothing can; ``after`` is "" in that case."""

    job: Job
    before: str
    after: str
    reason: str


def make_action(verb):
    """Return the admin's action for a :class:`Verb`."""

    @action(description=verb.label, permissions=["change"])
    def run(model_admin, request, chosen):
        with transaction.atomic():
            return _ask_or_apply(model_admin, request, chosen, verb)

    run.__name__ = verb.value
    return run


def _ask_or_apply(model_admin, request, chosen, verb):
    """Show the page that asks, or do it if the answer is about the jobs as they are now.

    The page names each job by its key, so the answer is about the rows that it lists, whatever else the list has.
    """
    keys = list(chosen.order_by("pk").values_list("pk", flat=True)[: MAX_ROWS + 1])
    if not keys or len(keys) > MAX_ROWS:
        text = _t("Nothing is changed, because these jobs are not in the list any more.")
        if keys:
            text = _t("Nothing is changed. Choose at most %(number)d jobs at a time.") % {"number": MAX_ROWS}
        model_admin.message_user(request, text, messages.WARNING)
        return None
    # Lock and read the rows first, because a change saves all fields.
    locked = Job.objects.filter(pk__in=keys).select_for_update(of=("self",), no_key=True)
    jobs = list(locked.with_department().order_by("title", "pk"))
    version = digest([f"{job.pk} {job.modified} {job.status} {job.closes_at} {job.confirmed_at}" for job in jobs])
    is_answer = "confirmed" in request.POST
    allowed = [job for job in jobs if not job.reason_against(verb)]
    form = DeadlineForm(verb, allowed, request.POST if is_answer else None)
    for field in form.fields.values():  # Enter confirms the proposed date
        field.widget.attrs["autofocus"] = True
    if is_answer and request.POST.get(VERSION_FIELD) != version:
        text = _t("Nothing is changed yet, because a job was changed in the meantime. Check the list again.")
        model_admin.message_user(request, text, messages.WARNING)
    elif is_answer and form.is_valid():
        return _apply(model_admin, request, verb, _rows(jobs, verb, form.deadline), form.deadline)
    rows = _rows(jobs, verb, form.shown_deadline)
    return _ask(model_admin, request, verb, {"form": form, "version": version, "rows": rows})


def _rows(jobs, verb, closes_on):
    rows = []
    for job in jobs:
        reason = job.reason_against(verb, closes_on)
        rows.append(Row(job, job.describe_state(), "" if reason else job.describe_after(verb, closes_on), reason))
    return rows


def _ask(model_admin, request, verb, context):
    context |= {
        **model_admin.admin_site.each_context(request),
        "title": verb.label,
        "verb": verb,
        "opts": model_admin.opts,
        "media": model_admin.media,
        "changes": [row for row in context["rows"] if not row.reason],
        "others": [row for row in context["rows"] if row.reason],
        "checkbox_name": ACTION_CHECKBOX_NAME,
        "returns_to_job": "_job" in request.POST,
    }
    return TemplateResponse(request, "admin/jobs/job/action.html", context)


def _apply(model_admin, request, verb, rows, closes_on):
    """Change the rows that can be changed, and say how many, and why others are not."""
    number = 0
    for row in rows:
        if not row.reason:
            record_edit(request.user, row.job, row.job.changes(verb, closes_on))
            row.job.apply(verb, closes_on)
            model_admin.log_change(request, row.job, str(DONE[verb]))
            number += 1
    text = ngettext("%(number)d %(name)s is %(done)s.", "%(number)d %(name)s are %(done)s.", number)
    text %= {"number": number, "name": model_ngettext(model_admin.opts, number), "done": DONE[verb]}
    model_admin.message_user(request, text, messages.SUCCESS if number else messages.WARNING)
    for row in rows:
        if row.reason:
            model_admin.message_user(request, f"{row.job.title}: {row.reason}", messages.WARNING)
    if "_job" in request.POST:
        return HttpResponseRedirect(reverse("admin:jobs_job_change", args=[rows[0].job.pk]))
    return None


@action(description=_("Copy the selected job"), permissions=["add"])
def copy_job(model_admin, request, chosen):
    """Open the form of another job, filled in from one."""
    keys = list(chosen.order_by("pk").values_list("pk", flat=True)[:2])
    if len(keys) != 1:
        model_admin.message_user(request, _t("Choose one job to copy."), messages.WARNING)
        return None
    return HttpResponseRedirect(f"{reverse('admin:jobs_job_add')}?copy={keys[0]}")
