"""The admin of jobs, and inlines for what belongs to a job or a department."""

from django.contrib import admin
from django.db.models import Q
from django.forms.formsets import DELETION_FIELD_NAME
from django.forms.widgets import Script
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from departments.editors import PreviewMixin, RecruitersMixin, change_status, record_edit
from departments.models import Department
from departments.names import normalize
from departments.search.admin import MAX_LENGTH
from policeapp.accounts.models import EDIT_EVERY_DEPARTMENT
from policeapp.web.admin import BadRequestAdmin, bad_request_on_invalid_value
from policeapp.web.conflicts import EditForm

from .alerts import admin as alerts_admin  # noqa: F401
from .models import HiringStep, Job, Requirements
from .views import render_job


class HiringStepInline(RecruitersMixin, admin.StackedInline):
    """Hiring steps of a job or of a department. Django finds the foreign key to the page's model by itself."""

    model = HiringStep
    form = EditForm
    editors_can = {"view", "add", "change", "delete"}
    extra = 0
    fields = [
        "order",
        ("kind", "name"),
        "weeks",
        ("date", "time", "place"),
        ("fee", "waiver"),
        "note",
    ]


class RequirementsForm(EditForm):
    """Requirements that delete their row if all fields are blank."""

    def clean(self):
        cleaned = super().clean()
        if not self.errors and all(cleaned.get(name) in (None, "") for name in Requirements.FIELDS):
            cleaned[DELETION_FIELD_NAME] = True
        return cleaned


class RequirementsInline(RecruitersMixin, admin.StackedInline):
    editors_can = {"view", "add", "change", "delete"}
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
class JobAdmin(RecruitersMixin, PreviewMixin, BadRequestAdmin):
    class Media:
        js = [Script("js/zone.js", defer="")]

    editors_can = {"view", "add", "change", "delete"}
    list_display = ["title", "employer", "kind", "status", "is_open_now", "opens_on", "closes_on", "is_sample"]
    list_filter = [OpenFilter, "status", "kind", "is_sample"]
    list_select_related = ["department"]
    search_fields = ["words"]
    search_help_text = _("Title, department, city, state or job number")
    autocomplete_fields = ["department"]
    inlines = [RequirementsInline, HiringStepInline]
    actions = ["publish", "withdraw"]
    save_on_top = True
    readonly_fields = ["source", "external_id", "is_sample", "created", "modified"]
    fieldsets = [
        (None, {"fields": ["department", "title", "kind", "schedule", "positions", "status"]}),
        (_("Text"), {"fields": ["description", "requirements"]}),
        (_("How to apply"), {"fields": ["apply_url", "apply_email", "apply_instructions"]}),
        (_("Pay"), {"fields": [("pay_min", "pay_max", "pay_period")]}),
        (
            _("Dates"),
            {
                "fields": [("opens_on", "opens_time"), ("closes_on", "closes_time")],
                "description": _("Dates and times are in the department's time zone."),
            },
        ),
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
        """Fill in the department of people who have only one."""
        initial = super().get_changeform_initial_data(request)
        if not request.user.has_perm(EDIT_EVERY_DEPARTMENT):
            departments = Department.objects.with_jobs_editable_by(request.user).values_list("pk", flat=True)[:2]
            if len(departments) == 1:
                initial.setdefault("department", departments[0])
        return initial

    def get_autocomplete_fields(self, request):
        """Others choose from a short list: recruiters have no access to the departments that this field searches."""
        return super().get_autocomplete_fields(request) if request.user.has_perm(EDIT_EVERY_DEPARTMENT) else []

    def is_public(self, job):
        return Job.objects.visible().filter(pk=job.pk).exists()

    def render_preview(self, request, job):
        return render_job(request, job, is_preview=True)

    def get_readonly_fields(self, request, obj=None):
        """The department of an imported job identifies it, as its source and number do."""
        is_imported = obj is not None and obj.external_id
        return [*(["department"] if is_imported else []), *self.readonly_fields]

    @admin.display(description=_("open"), boolean=True)
    def is_open_now(self, job):
        return job.is_open()

    @admin.action(description=_("Publish selected jobs"), permissions=["change"])
    def publish(self, request, jobs):
        change_status(self, request, jobs.with_department(), Job.publish, _("published"))

    @admin.action(description=_("Withdraw selected jobs"), permissions=["change"])
    def withdraw(self, request, jobs):
        change_status(self, request, jobs.with_department(), Job.withdraw, _("withdrawn"))

    def save_model(self, request, job, form, change):
        """Record who set which fields, and tell the editor whether visitors see the job now."""
        record_edit(request, job, form.changed_data)
        super().save_model(request, job, form, change)
        self.message_user(request, self._visibility(job))

    def _visibility(self, job):
        if job.is_open():
            return _("This job is on the site now.")
        if job.status == Job.Status.DRAFT:
            return _("This job is a draft. Visitors will see it when you set its status to “Published”.")
        if job.status == Job.Status.WITHDRAWN:
            return _("This job is withdrawn. The site no longer lists it.")
        if not job.department.is_published:
            return _("This job is not on the site, because its department is a draft.")
        if job.is_upcoming:
            return _("This job will be on the site from %(day)s.") % {"day": job.opening_day}
        return _("This job has closed. Its page says so, and no list shows it.")
