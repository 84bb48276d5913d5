"""The pages that the links of reminders open. A button answers; GET changes nothing."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.shortcuts import render
from django.utils.translation import gettext as _

from departments.editors import record_edit
from policeapp.history.models import Change
from policeapp.history.records import change_by
from policeapp.web.secret_links import secret_link

from ..alerts.messages import Message
from ..forms import DeadlineForm
from ..models import Job, Verb
from .tokens import read_token


@secret_link
def confirm(request, token):
    """Say that a job is still open."""
    return _answer(request, Verb.CONFIRM, token)


@secret_link
def extend(request, token):
    """Give a job another deadline."""
    return _answer(request, Verb.EXTEND, token)


@secret_link
def fill(request, token):
    """Mark a job as filled."""
    return _answer(request, Verb.FILL, token)


@transaction.atomic
def _answer(request, verb, token):
    """Ask, or do it if the button was pressed. Once the job has got an answer, say only how it is."""
    user, job = _find(verb, token)
    if job is None:
        return render(request, "jobs/reminder_no_such_link.html", status=404)
    is_asked, is_answer = job.awaits_answer and not job.reason_against(verb), request.method == "POST"
    form = DeadlineForm(verb, [job], request.POST if is_answer else None)
    if is_asked and is_answer and form.is_valid():
        with change_by(user, Change.Kind.EMAIL):
            record_edit(user, job, job.changes(verb, form.deadline))
            job.apply(verb, form.deadline)
        text = _("%(answer)s, by a link in an email") % {"answer": verb.label}
        LogEntry.objects.log_actions(user.pk, [job], CHANGE, text, single_object=True)
        is_asked = False
    context = {"job": job, "label": job.label_of(verb), "form": form, "is_asked": is_asked}
    return render(request, "jobs/reminder.html", context)


def _find(verb, token):
    """Return ``(user, job)``; the job is None if the link is not valid, or the user can't edit the job any more."""
    key, pk = read_token(verb, token)
    message = Message.objects.filter(kind=Message.Kind.REMINDER, key=key).select_related("user").first()
    if message is None:
        return None, None
    # Lock it, because an answer saves all fields.
    jobs = Job.objects.editable_by(message.user).select_for_update(of=("self",), no_key=True)
    return message.user, jobs.with_department().filter(pk=pk).first()
