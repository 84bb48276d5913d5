"""The admin of departments."""

from django.contrib import admin
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from jobs.admin import HiringStepInline
from jobs.models import with_open_jobs
from policeapp.accounts.models import EDIT_EVERY_DEPARTMENT
from policeapp.accounts.reauthentication import require_recent
from policeapp.history.admin import HistoryMixin
from policeapp.web.admin import BadRequestAdmin, OrderedInline, ViewOnlyAdmin
from policeapp.web.conflicts import EditForm

from .claims.admin import TeamMixin
from .corrections import admin as corrections  # noqa: F401
from .corrections.checked import CheckedFilter, CheckedMixin
from .editors import EditorsMixin, PreviewMixin, change_status, local_time, record_edit
from .forms import DepartmentForm
from .imports import jurisdictions
from .models import (
    Department,
    Division,
    Jurisdiction,
    Place,
    SlugRedirect,
    Specialization,
    SpecialUnit,
)
from .search.admin import DepartmentSearch, NormalizedSearch
from .views import render_profile

# Fields that identify a department or decide who sees and edits it. Editors can't change them.
ADMINISTRATORS_ONLY = ("name", "alias", "slug", "kind", "parent", "ori", "state", "status", "editors", "recruiters")

# Folded sections of the form, and those of them that come after the inlines.
FOLDED = ["collapse"]
AFTER_PARTS = [*FOLDED, "after-parts"]

# The number of jobs on the page of a department, which can have hundreds.
JOBS_SHOWN = 20

# The fields of the form that change the fact "specializations".
SPECIALIZATION_FIELDS = {"listed_specializations", "new_specialization"}


class PartInline(EditorsMixin, OrderedInline):
    form = EditForm
    editors_can = {"view", "add", "change", "delete"}


class DivisionInline(PartInline):
    model = Division


class SpecialUnitInline(PartInline):
    model = SpecialUnit


class HiringFilter(admin.SimpleListFilter):
    title = _("jobs")
    parameter_name = "openings"

    def lookups(self, request, model_admin):
        return [("yes", _("Has open jobs")), ("no", _("Has no open jobs"))]

    def queryset(self, request, queryset):
        wanted = {"yes": Q(open_jobs__gt=0), "no": Q(open_jobs=0)}.get(self.value())
        return queryset.filter(wanted) if wanted is not None else queryset


@admin.register(Department)
class DepartmentAdmin(
    DepartmentSearch, EditorsMixin, PreviewMixin, TeamMixin, HistoryMixin, CheckedMixin, BadRequestAdmin
):
    editors_can = {"view", "change"}
    form = DepartmentForm
    list_display = ["name", "city", "state", "kind", "status", "open_jobs", "last_modified"]
    list_filter = ["status", HiringFilter, CheckedFilter, "kind"]
    search_fields = ["search_text"]
    search_help_text = _("Name, city, state, ZIP code, phone or ORI")
    autocomplete_fields = ["parent", "editors", "recruiters"]
    readonly_fields = ["logo_preview", "openings", "checked", "fact_sources", "other_sources"]
    readonly_fields += ["people", "invited", "created", "modified"]
    inlines = [DivisionInline, SpecialUnitInline, HiringStepInline]
    actions = ["publish", "unpublish"]
    deleted_note = _(
        "A department comes back with its jobs, but without its editors, recruiters, claims and connectors. "
        "Invite the people again."
    )
    fieldsets = [
        (None, {"fields": ["name", ("kind", "status"), "logo", "logo_preview", ("chief_title", "chief_name")]}),
        (
            _("Address and contact"),
            {
                "fields": [
                    ("street1", "street2"),
                    ("city", "state", "zip"),
                    "county",
                    ("phone", "email"),
                    ("website", "website_kind"),
                ]
            },
        ),
        (
            _("Officers and population"),
            {
                "fields": [
                    ("sworn_officers", "sworn_year"),
                    ("population", "population_year"),
                    "population_basis",
                    ("county_population", "county_population_year"),
                ],
                "classes": FOLDED,
            },
        ),
        (
            _("Specializations"),
            {
                "fields": ["listed_specializations", "new_specialization", "more_specializations"],
                "classes": FOLDED,
            },
        ),
        (_("Jobs"), {"fields": ["openings"], "classes": FOLDED}),
        (
            _("About and mission"),
            {
                "fields": ["about", "mission", "mission_is_summary", "special_units_intro"],
                "classes": FOLDED,
            },
        ),
        (
            _("Map location and time zone"),
            {"fields": [("latitude", "longitude"), "precision", "time_zone"], "classes": AFTER_PARTS},
        ),
        (_("Sources"), {"fields": ["checked", "fact_sources", "other_sources"], "classes": AFTER_PARTS}),
        (
            _("Other names and numbers"),
            {"fields": ["alias", "parent", "ori", "slug", ("created", "modified")], "classes": AFTER_PARTS},
        ),
    ]

    def get_queryset(self, request):
        return with_open_jobs(super().get_queryset(request).editable_by(request.user))

    def get_object(self, request, object_id, from_field=None):
        department = super().get_object(request, object_id, from_field)
        if department:
            request.is_department_editor = True  # otherwise the QuerySet has no department, so don't ask again
        return department

    def get_readonly_fields(self, request, obj=None):
        if request.user.has_perm(EDIT_EVERY_DEPARTMENT):
            return self.readonly_fields
        return [*ADMINISTRATORS_ONLY, "new_specialization", *self.readonly_fields]

    def get_fieldsets(self, request, obj=None):
        """Only administrators choose people, from a list of email addresses."""
        is_administrator = request.user.has_perm(EDIT_EVERY_DEPARTMENT)
        fields = ["editors", "recruiters", "invited"] if is_administrator else ["people"]
        return [*self.fieldsets, (_("People"), {"fields": fields, "classes": AFTER_PARTS})]

    def has_add_permission(self, request):
        # Others can't set the name and the state.
        return super().has_add_permission(request) and request.user.has_perm(EDIT_EVERY_DEPARTMENT)

    def get_zone(self, request, department, context):
        return department.zone if department else None

    last_modified = local_time("modified", _("modified"))

    def is_public(self, department):
        return department.is_published

    def render_preview(self, request, department):
        return render_profile(request, Department.objects.with_place().get(pk=department.pk), is_preview=True)

    @admin.display(description=_("open jobs"), ordering="open_jobs")
    def open_jobs(self, department):
        return department.open_jobs

    @admin.display(description=_("current logo"))
    def logo_preview(self, department):
        if not department.logo:
            return _("No logo yet. The site shows a generic badge.")
        return render_to_string("admin/departments/logo_preview.html", {"logo": department.logo})

    @admin.display(description=_("not in the list"))
    def new_specialization(self, department):
        return _("Only administrators add to the list. Ask one if something is missing.")

    @admin.display(description=_("open, planned and draft jobs"))
    def openings(self, department):
        if not department.pk:
            return _("Save the department to add jobs.")
        jobs = department.jobs.current().newest()
        context = {"department": department, "jobs": jobs[:JOBS_SHOWN]}
        return render_to_string("admin/departments/openings.html", context)

    @admin.display(description=_("sources of facts"))
    def fact_sources(self, department):
        lines = [
            (f"{source}{', ' + as_of if as_of else ''}", ", ".join(map(str, labels)))
            for source, as_of, labels in department.facts_by_source()
        ]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", lines)) if lines else "-"

    @admin.display(description=_("other sources say"))
    def other_sources(self, department):
        """Show the values of imports that did not replace those of people, for the editor to compare."""
        values = department.other_values()
        return render_to_string("admin/departments/other_sources.html", {"values": values}) if values else "-"

    def save_model(self, request, obj, form, change):
        """Ask again who changes the people, because that gives rights. A chosen logo can't be sent once more."""
        if {"editors", "recruiters"}.intersection(form.changed_data):
            require_recent(request, repeats=not request.FILES)
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        """Record the user and the date as the source of the changed facts."""
        super().save_related(request, form, formsets, change)
        department = form.instance
        changed = list(form.changed_data)
        parts = [formset.prefix for formset in formsets if formset.has_changed()]
        changed += [part for part in parts if part in department.FACTS]
        if SPECIALIZATION_FIELDS.intersection(changed):
            changed.append("specializations")
        if changed:
            record_edit(request.user, department, changed)
            department.save()
        if not change or not set(jurisdictions.MATCHED).isdisjoint(changed):
            jurisdictions.match([department.state])

    def zone_of(self, department):
        return Department(time_zone=department.time_zone, state=department.state).zone

    def can_restore_deleted(self, request):
        return super().can_restore_deleted(request) and request.user.has_perm(EDIT_EVERY_DEPARTMENT)

    def deleted_name(self, row):
        return Department(name=row.name, city=row.city, state=row.state).name_and_town

    def restored(self, request, instance, names):
        if names is None:
            Department.objects.filter(state=instance.state).link_posts()
        if names is None or not set(jurisdictions.MATCHED).isdisjoint(names):
            jurisdictions.match([instance.state])

    @admin.action(description=_("Publish selected departments"), permissions=["change"])
    def publish(self, request, departments):
        change_status(self, request, departments, Department.publish, _("published"))

    @admin.action(description=_("Unpublish selected departments"), permissions=["change"])
    def unpublish(self, request, departments):
        change_status(self, request, departments, Department.unpublish, _("unpublished"))

    def get_actions(self, request):
        actions = super().get_actions(request)
        if not request.user.has_perm(EDIT_EVERY_DEPARTMENT):
            actions = {name: action for name, action in actions.items() if name not in ("publish", "unpublish")}
        return actions


@admin.register(Specialization)
class SpecializationAdmin(NormalizedSearch, EditorsMixin, BadRequestAdmin):
    editors_can = {"view"}
    list_display = ["name", "explanation"]
    search_fields = ["name", "slug", "explanation"]


@admin.register(Place)
class PlaceAdmin(NormalizedSearch, ViewOnlyAdmin):
    """Read-only, because ``manage.py load_places`` replaces all places."""

    list_display = ["name", "state", "zip", "county", "time_zone"]
    search_fields = ["key", "=state", "^zip"]
    search_help_text = _("Town, state or ZIP code")

    def has_delete_permission(self, request, obj=None):
        return False


class WithDepartmentFilter(admin.SimpleListFilter):
    title = _("department")
    parameter_name = "department"

    def lookups(self, request, model_admin):
        return [("yes", _("With a department")), ("no", _("Without a department"))]

    def queryset(self, request, queryset):
        return queryset.policed(self.value() == "yes") if self.value() in ("yes", "no") else queryset


@admin.register(Jurisdiction)
class JurisdictionAdmin(NormalizedSearch, BadRequestAdmin):
    """Who polices a municipality or a county. ``manage.py load_places`` creates and deletes the rows."""

    list_display = ["name", "state", "kind", "county", "department_names", "is_corrected"]
    list_filter = [WithDepartmentFilter, "is_corrected", "kind"]
    search_fields = ["key", "county_slug", "=state"]
    search_help_text = _("Name, county or state")
    fields = ["name", "state", "kind", "county", "departments", "is_corrected"]
    readonly_fields = ["name", "state", "kind", "county"]
    autocomplete_fields = ["departments"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("departments")

    @admin.display(description=_("departments"))
    def department_names(self, jurisdiction):
        return "; ".join(map(str, jurisdiction.departments.all())) or "-"

    def save_model(self, request, obj, form, change):
        obj.is_corrected = obj.is_corrected or "departments" in form.changed_data
        super().save_model(request, obj, form, change)

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm(EDIT_EVERY_DEPARTMENT)

    has_module_permission = has_view_permission = has_change_permission

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(SlugRedirect)
class SlugRedirectAdmin(NormalizedSearch, ViewOnlyAdmin):
    list_display = ["__str__", "department"]
    search_fields = ["slug", "department__name_key", "=state"]
    list_select_related = ["department"]
