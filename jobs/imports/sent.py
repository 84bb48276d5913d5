"""Openings that a department's applicant-tracking system sends, one at a time: the form for one, and how it is stored.

They follow the rules of imports: values that people entered stay, and so does the decision of a person to close one.
"""

from typing import NamedTuple

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from policeapp.history.models import Change
from policeapp.history.records import change_by

from ..models import ApiKey, Duplicate, Job
from ..serializers import FACTS
from . import cleaning
from .connectors.html import to_markdown
from .openings import split_edited

# A field that says how the texts are written.
FORMAT = "format"
TEXTS = ("description", "requirements", "apply_instructions")


class SentForm(forms.ModelForm):
    """The fields of an opening as JSON has them; a field that is left out has its default value.

    After validation, ``instance`` is the opening as it would be created.
    """

    status = forms.ChoiceField(required=False, choices=[(each, each) for each in ("published", "draft")])
    format = forms.ChoiceField(required=False, choices=[(each, each) for each in ("markdown", "html")])

    class Meta:
        model = Job
        fields = [*FACTS, "status"]

    def __init__(self, key, number, sent):
        """``sent`` is a dict of JSON values."""
        self.problems = {name: _("There is no such field.") for name in sent if name not in self.base_fields}
        values = {name: value for name, value in sent.items() if name in self.base_fields and value not in (None, "")}
        self.problems |= {name: _("Enter text or a number.") for name in values if not _is_simple(values[name])}
        values = {name: str(value) for name, value in values.items() if name not in self.problems}
        if values.get(FORMAT) == "html":
            values |= {name: to_markdown(values[name]) for name in TEXTS if name in values}
        job = Job(department=key.department, source=key.name, external_id=number, status=Job.Status.PUBLISHED)
        super().__init__(values, instance=job)
        for name in ("kind", "schedule", "positions", "pay_period"):
            self.fields[name].required = False

    def clean(self):
        """Derive what an import derives from the title, too."""
        cleaned = super().clean()
        title = cleaned.get("title", "")
        for name, derive in (("kind", cleaning.kind), ("schedule", cleaning.schedule)):
            if cleaned.get(name) == "":
                cleaned[name] = derive("", title)
        if not cleaned.get("status"):
            cleaned["status"] = Job.Status.PUBLISHED
        return cleaned

    def list_errors(self):
        """Return ``[{"field", "message"}]``; the field is "" for an error that concerns several."""
        errors = {name: messages for name, messages in self.errors.items() if name not in self.problems}
        return list_errors({name: [text] for name, text in self.problems.items()} | errors)

    def facts(self):
        """Return the facts, for an opening that exists. Without an opening date, that opening has one already."""
        left_out = () if self.cleaned_data["opens_on"] else ("opens_on", "opens_time")
        return {name: getattr(self.instance, name) for name in self.Meta.fields if name not in left_out}


class Stored(NamedTuple):
    """What became of an opening that was sent.

    ``kept`` are the names of the facts that a person has set otherwise. ``existing`` is the published opening for which
    it waits as a draft, until a person decides whether both are the same; None if it doesn't.
    """

    job: Job
    is_new: bool
    kept: list
    existing: Job | None


@transaction.atomic
def store(key, form):
    """Create or update the opening of a valid form. Return :class:`Stored`, or raise ``ValidationError``.

    The error is about the values together with those that people entered.
    """
    with change_by(kind=Change.Kind.IMPORT, label=str(key)):
        job, kept = _locked(key, form.instance.external_id), []
        is_new, was_published = job is None, job is not None and job.status == Job.Status.PUBLISHED
        if is_new:
            job, changed = form.instance, True
            job.set_source(Job.FACTS, key.name, "", "import")
        else:
            facts, kept = split_edited(job, form.facts())
            changed = job.apply_import(facts, dict.fromkeys(facts, (key.name, "")))
        if changed:
            job.clean()
            job.validate_constraints()
        existing = _hold_back(job, was_published) if changed else None
        _confirm(job)
    return Stored(job, is_new, [name for name, *_values in kept], existing)


def close(key, number):
    """Close an opening as one that is no longer listed. Return False if the key has no such opening."""
    with transaction.atomic(), change_by(kind=Change.Kind.IMPORT, label=str(key)):
        job = _locked(key, number)
        if job and job.status in (Job.Status.PUBLISHED, Job.Status.DRAFT):
            job.delist(key.name)
    return job is not None


def _locked(key, number):
    """Return the opening of a key with this number, or None. Nobody else can use the key until the transaction ends."""
    list(ApiKey.objects.select_for_update(no_key=True).filter(pk=key.pk).values_list("pk"))
    jobs = Job.objects.filter(department=key.department, source=key.name, external_id=number)
    return jobs.with_department().select_for_update(of=("self",), no_key=True).first()


def _hold_back(job, was_published):
    """Save an opening, as a draft if it may be the same as a published one. Return that one, or None.

    An opening that is already public stays so, and the editor decides.
    """
    others = Duplicate.objects.undecided_of(job)
    published = [other for other in others if other.status == Job.Status.PUBLISHED]
    is_held_back = published and not was_published and job.status == Job.Status.PUBLISHED
    if is_held_back:
        job.status = Job.Status.DRAFT
        # Validation has computed these as if it were public. Those of a known opening come from the database.
        job.published_at = job.open_since = job.confirmed_at = None
    job.save()
    Duplicate.objects.record(job, others)
    return published[0] if is_held_back else None


def _confirm(job):
    """Confirm it once a day: more often, it would empty the page cache each time."""
    if job.closes_at is None and job.confirmed_at and timezone.localdate(job.confirmed_at) < timezone.localdate():
        job.confirm()


def list_errors(errors):
    """Return ``[{"field", "message"}]`` of ``{name: messages}``, as forms and ``ValidationError`` have them."""
    return [
        {"field": "" if name == NON_FIELD_ERRORS else name, "message": str(message)}
        for name, messages in errors.items()
        for message in messages
    ]


def _is_simple(value):
    """Return whether a JSON value is a number, or text that can be stored."""
    if isinstance(value, str):
        return not any("\ud800" <= character <= "\udfff" for character in value)
    return isinstance(value, int | float) and not isinstance(value, bool)
