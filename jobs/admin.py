"""The admin of jobs, and inlines for what belongs to a job or a department."""

from django.contrib import admin
from django.db import transaction
from django.db.models import Q
from django.forms.formsets import DELETION_FIELD_NAME
from django.forms.models import model_to_dict
from django.forms.widgets import Script
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from departments.editors import PreviewMixin, RecruitersMixin, record_edit
from departments.models import Department
from departments.names import normalize
from departments.search.admin import MAX_LENGTH
from policeapp.accounts.models import EDIT_EVERY_DEPARTMENT
from policeapp.history.admin import HistoryMixin
from policeapp.web.admin import BadRequestAdmin, OrderedInline, bad_request_on_invalid_value
from policeapp.web.conflicts import EditForm

from .actions import copy_job, make_action
from .alerts import admin as alerts_admin  # noqa: F401
from .imports import admin as imports_admin  # noqa: F401
from .imports.connectors.admin import DuplicatesMixin
from .models import Duplicate, HiringStep, Job, Requirements, Verb
from .views import render_job

# The fields of a job that a copy has. It is a draft without dates.
COPIED = (
    "department", "title", "kind", "schedule", "positions", "description", "requirements", "apply_url", "apply_email",
    "apply_instructions", "pay_min", "pay_max", "pay_period",
)  # fmt: skip


class CopiedInline(RecruitersMixin):
    """An inline that begins with the parts of another job when that is copied, without the fields in ``not_copied``.

    ``request.copied`` is that job, or None.
    """

    editors_can = {"view", "add", "change", "delete"}
    not_copied = ()

    def copies(self, request):
        """Return the values of the copied parts as dicts of field names."""
        job = getattr(request, "copied", None)
        parts = self.model.objects.filter(job=job) if job else ()
        return [model_to_dict(part, exclude=["id", "job", *self.not_copied]) for part in parts]

    def get_extra(self, request, obj=None, **kwargs):
        return max(self.extra, len(self.copies(request)))


class HiringStepInline(CopiedInline, OrderedInline):
    """Hiring steps of a job or of a department. Django finds the foreign key to the page's model by itself."""

    model = HiringStep
    not_copied = ("date", "time")
    form = EditForm
    fields = ["order", ("kind", "name"), ("weeks", "date", "time"), "place", ("fee", "waiver"), "note"]


class RequirementsForm(EditForm):
    """Requirements that delete their row if all fields are blank."""

    def clean(self):
        cleaned = super().clean()
        if not self.errors and all(cleaned.get(name) in (None, "") for name in Requirements.FIELDS):
            cleaned[DELETION_FIELD_NAME] = True
        return cleaned


class RequirementsInline(CopiedInline, admin.StackedInline):
    model = Requirements
    form = RequirementsForm
    extra = 1
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("minimum_age", "maximum_age"),
                    "education",
                    "certification",
                    "experience_years",
                    "citizenship",
                    "drivers_license",
                ],
                "description": _(
                    "Visitors compare these with their answers under “Am I eligible?”. "
                    "Leave blank what the job announcement doesn't state."
                ),
            },
        ),
    ]


class OpenFilter(admin.SimpleListFilter):
    title = _("open")
    parameter_name = "open"

    def lookups(self, request, model_admin):
        return [("yes", _("Open now")), ("no", _("Not open now"))]

    def queryset(self, request, queryset):
        open_now = Q(pk__in=Job.objects.open().values("pk"))
        condition = {"yes": open_now, "no": ~open_now}.get(self.value())
        return queryset if condition is None else queryset.filter(condition)


@admin.register(Job)
class JobAdmin(RecruitersMixin, PreviewMixin, HistoryMixin, DuplicatesMixin, BadRequestAdmin):
    class Media:
        js = [Script("js/zone.js", defer=True)]

    editors_can = {"view", "add", "change", "delete"}
    list_display = ["title", "employer", "kind", "status", "is_open_now", "opens_on", "closes_on", "is_sample"]
    list_filter = [OpenFilter, "status", "kind", "is_sample"]
    list_select_related = ["department"]
    search_fields = ["words"]
    search_help_text = _("Title, department, city, state or job number")
    autocomplete_fields = ["department"]
    inlines = [RequirementsInline, HiringStepInline]
    actions = [*map(make_action, Verb), copy_job]
    readonly_fields = ["source", "external_id", "is_sample", "created", "modified"]
    fieldsets = [
        (None, {"fields": ["department", "title", "kind", "schedule", "positions", "status"]}),
        (
            _("Dates"),
            {"fields": [("opens_on", "opens_time"), ("closes_on", "closes_time")]},
        ),
        (_("Text"), {"fields": ["description", "requirements"]}),
        (_("How to apply"), {"fields": ["apply_url", "apply_email", "apply_instructions"]}),
        (_("Pay"), {"fields": [("pay_min", "pay_max", "pay_period")]}),
        (_("Record"), {"fields": ["source", "external_id", "is_sample", "created", "modified"]}),
    ]

    # Django does not wrap foreign keys, so long names would push the other columns out of sight.
    @admin.display(description=_("department"), ordering="department__name_key")
    def employer(self, job):
        return str(job.department)

    def get_queryset(self, request):
        return Job.objects.editable_by(request.user).with_department()

    def get_search_results(self, request, queryset, search_term):
        """Find titles and departments like the site's search, and job numbers."""
        text = search_term[:MAX_LENGTH]
        if not text.strip():
            return queryset, False
        found = queryset.filter(external_id__iexact=text.strip())
        return (queryset.in_titles(text) | found if normalize(text) else found), False

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "department":
            kwargs["queryset"] = Department.objects.with_jobs_editable_by(request.user)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "department":
            field.widget.attrs["data-zone-url"] = reverse("admin:jobs_job_zone")
        return field

    def get_urls(self):
        view = self.admin_site.admin_view(require_safe(self.zone))
        return [path("zone/", view, name="jobs_job_zone"), *super().get_urls()]

    def zone(self, request):
        """Return the UTC offset in seconds and the time zone's name of a department, for the form."""
        departments = Department.objects.with_jobs_editable_by(request.user)
        with bad_request_on_invalid_value():
            department = get_object_or_404(departments, pk=request.GET.get("department"))
        now = department.now()
        return JsonResponse({"offset": now.utcoffset().total_seconds(), "name": f"{now:%Z}"})

    def get_zone(self, request, job, context):
        """The zone of the job's department, or of the department that the form of another job has chosen."""
        if job:
            return job.department.zone
        chosen = str(context["adminform"].form["department"].value() or "")
        departments = Department.objects.with_jobs_editable_by(request.user)
        department = departments.filter(pk=chosen).first() if chosen.isdecimal() else None
        return department.zone if department else ""

    def get_changeform_initial_data(self, request):
        """Fill in a copied job, or the department of people who have only one."""
        initial = super().get_changeform_initial_data(request)
        if request.copied:
            return initial | model_to_dict(request.copied, fields=COPIED)
        if not request.user.has_perm(EDIT_EVERY_DEPARTMENT):
            departments = Department.objects.with_jobs_editable_by(request.user).values_list("pk", flat=True)[:2]
            if len(departments) == 1:
                initial.setdefault("department", departments[0])
        return initial

    def get_autocomplete_fields(self, request):
        """Others choose from a short list: recruiters have no access to the departments that this field searches."""
        return super().get_autocomplete_fields(request) if request.user.has_perm(EDIT_EVERY_DEPARTMENT) else []

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else self.fieldsets[:-1]  # there is no record yet

    def is_public(self, job):
        return Job.objects.visible().filter(pk=job.pk).exists()

    def render_preview(self, request, job):
        return render_job(request, job, is_preview=True)

    def get_readonly_fields(self, request, obj=None):
        """The department of an imported job identifies it, as its source and number do."""
        is_imported = obj is not None and obj.external_id
        return [*(["department"] if is_imported else []), *self.readonly_fields]

    def zone_of(self, job):
        return job.department.zone

    def deleted_rows(self, request):
        """Those of living departments whose jobs the person can edit."""
        departments = Department.objects.with_jobs_editable_by(request.user)
        return super().deleted_rows(request).filter(department__in=departments).select_related("department")

    def deleted_name(self, row):
        return f"{row.title}, {row.department}"

    def restored(self, request, instance, names):
        if names and "department" in names:
            self._move_corrections(instance)

    def _move_corrections(self, job):
        """Let the editors of the job's department decide its corrections."""
        job.corrections.update(department=job.department_id)

    @admin.display(description=_("open"), boolean=True)
    def is_open_now(self, job):
        return job.is_open()

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        request.copied = None
        if request.method == "GET" and not object_id and "copy" in request.GET:
            with bad_request_on_invalid_value():
                request.copied = self.get_queryset(request).filter(pk=request.GET["copy"]).first()
        if "_publish" in request.POST:
            request.POST = request.POST.copy()
            request.POST["status"] = Job.Status.PUBLISHED
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_formset_kwargs(self, request, obj, inline, prefix):
        copies = inline.copies(request)
        return super().get_formset_kwargs(request, obj, inline, prefix) | ({"initial": copies} if copies else {})

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj:
            context["duplicates"] = Duplicate.objects.waiting().of(obj).select_related("job__department", "other")
            # The form has a button that publishes.
            context["verbs"] = obj.labels_of(set(Verb) - {Verb.PUBLISH})
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_add(self, request, job, post_url_continue=None):
        return self._preview_unsaved(request, job) or super().response_add(request, job, post_url_continue)

    def response_change(self, request, job):
        return self._preview_unsaved(request, job) or super().response_change(request, job)

    def _preview_unsaved(self, request, job):
        """If "Preview the page" was pressed, return the page of the job as the form has it, and save nothing."""
        if "_preview" not in request.POST:
            return None
        response = self.render_preview(request, self.get_object(request, str(job.pk)))
        transaction.set_rollback(True)
        return response

    def message_user(self, request, *args, **kwargs):
        if "_preview" not in request.POST:
            super().message_user(request, *args, **kwargs)

    def save_model(self, request, job, form, change):
        """Record who set which fields, and tell the editor whether visitors see the job now."""
        record_edit(request.user, job, form.changed_data)
        super().save_model(request, job, form, change)
        if change and "department" in form.changed_data:
            self._move_corrections(job)
        self.message_user(request, self._visibility(job))

    def _visibility(self, job):
        if job.is_open():
            return _("This job is on the site now.")
        if job.status == Job.Status.DRAFT:
            return _("This job is a draft. Visitors will see it when you set its status to “Published”.")
        if job.status == Job.Status.FILLED:
            return _("This job is filled. Its page says so, and no list shows it.")
        if job.status == Job.Status.DELISTED:
            return _("This job is closed, because the department no longer lists it.")
        if job.status == Job.Status.WITHDRAWN:
            return _("This job is withdrawn. The site no longer lists it.")
        if not job.department.is_published:
            return _("This job is not on the site, because its department is a draft.")
        if job.is_upcoming:
            return _("This job will be on the site from %(day)s.") % {"day": job.opening_day}
        if job.is_unlisted:
            return _("No list shows this job, because nobody has confirmed it for a long time. Press “Still open”.")
        return _("This job has closed. Its page says so, and no list shows it.")
