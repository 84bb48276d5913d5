"""Openings in the admin."""

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from departments.editing import EditorsMixin, change_each, note_edit
from departments.models import Department
from policeapp.careful import CarefulAdmin

from .alerts import admin as alerts_admin  # noqa: F401
from .inlines import HiringStepInline, MinimumsInline
from .models import Job


class OpenFilter(admin.SimpleListFilter):
    title = _("open")
    parameter_name = "open"

    def lookups(self, request, model_admin):
        return [("yes", _("Open now")), ("no", _("Not open now"))]

    def queryset(self, request, queryset):
        open_now = Q(pk__in=Job.objects.open().values("pk"))
        wanted = {"yes": open_now, "no": ~open_now}.get(self.value())
        return queryset.filter(wanted) if wanted is not None else queryset


@admin.register(Job)
class JobAdmin(EditorsMixin, CarefulAdmin):
    editors_may = {"view", "add", "change", "delete"}
    list_display = ["title", "department", "kind", "status", "is_open_now", "opens_on", "closes_on", "is_sample"]
    list_filter = [OpenFilter, "status", "kind", "is_sample", "department__state"]
    list_select_related = ["department"]
    search_fields = ["title", "department__name", "department__city", "external_id"]
    search_help_text = _("Title, department, city or number")
    autocomplete_fields = ["department"]
    date_hierarchy = "opens_on"
    inlines = [MinimumsInline, HiringStepInline]
    actions = ["publish", "withdraw"]
    save_on_top = True
    readonly_fields = ["is_sample", "opens_at", "closes_at", "created", "modified"]
    fieldsets = [
        (None, {"fields": ["department", "title", "kind", "schedule", "positions", "status"]}),
        (_("Text"), {"fields": ["description", "requirements"]}),
        (_("How to apply"), {"fields": ["apply_url", "apply_email", "apply_instructions"]}),
        (_("Pay"), {"fields": [("pay_min", "pay_max", "pay_period")]}),
        (
            _("Dates"),
            {
                "fields": [("opens_on", "opens_time"), ("closes_on", "closes_time")],
                "description": _("Days and times are those of the department's time zone."),
            },
        ),
        (
            _("Record"),
            {"fields": ["source", "external_id", "is_sample", "opens_at", "closes_at", "created", "modified"]},
        ),
    ]

    def get_queryset(self, request):
        return Job.objects.editable_by(request.user)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "department":
            kwargs["queryset"] = Department.objects.editable_by(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("open"), boolean=True)
    def is_open_now(self, job):
        return job.is_open()

    @admin.action(description=_("Publish the selected openings"), permissions=["change"])
    def publish(self, request, jobs):
        change_each(self, request, jobs.with_department(), Job.publish, _("published"))

    @admin.action(description=_("Withdraw the selected openings"), permissions=["change"])
    def withdraw(self, request, jobs):
        change_each(self, request, jobs.with_department(), Job.withdraw, _("withdrawn"))

    def save_model(self, request, job, form, change):
        """Note who set what, and say what the public sees now: clerks take “saved” for “online”."""
        note_edit(request, job, form.changed_data)
        super().save_model(request, job, form, change)
        self.message_user(request, self._visibility(job))

    def _visibility(self, job):
        if job.is_open():
            return _("The opening is on the site now.")
        if job.status == Job.Status.DRAFT:
            return _("The opening is a draft: nobody sees it on the site until its status is “Published”.")
        if job.status == Job.Status.WITHDRAWN:
            return _("The opening is withdrawn: the site no longer lists it.")
        if not job.department.is_published:
            return _("The opening is not on the site, because its department is a draft.")
        if job.is_upcoming:
            return _("The opening will be on the site from %(day)s.") % {"day": job.opening_day}
        return _("The opening has closed: its page says so, and no list has it.")
