"""The admin's part of "Checked by the department on May 3, 2027": a button in the form and on the front page."""

from datetime import timedelta

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from ..models import Department
from ..models.checked import not_checked_since


class CheckedFilter(admin.SimpleListFilter):
    title = _("checked")
    parameter_name = "checked"

    def lookups(self, request, model_admin):
        return [("old", _("Not checked for a year"))]

    def queryset(self, request, queryset):
        first_day = timezone.localdate() - timedelta(days=Department.CHECK_DAYS)
        return queryset.filter(not_checked_since(first_day)) if self.value() == "old" else queryset


class CheckedMixin:
    """Adds the button to the admin of departments."""

    def get_urls(self):
        view = self.admin_site.admin_view(require_POST(self.check_page))
        return [path("<path:object_id>/checked/", view, name="departments_department_checked"), *super().get_urls()]

    @admin.display(description=_("checked"))
    def checked(self, department):
        return render_to_string("admin/departments/checked.html", {"department": department}) if department.pk else "-"

    def check_page(self, request, object_id):
        """Record that the user has checked the page as it is, and return to the front page."""
        department = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, department):
            raise PermissionDenied
        if department is None:
            raise Http404
        self._mark_as_checked(request, department)
        return HttpResponseRedirect(reverse("admin:index"))

    def response_change(self, request, obj):
        if "_checked" in request.POST:
            self._mark_as_checked(request, obj)
        return super().response_change(request, obj)

    def _mark_as_checked(self, request, department):
        department.mark_as_checked(request.user)
        self.log_change(request, department, str(_("Checked all facts.")))
        values = {"name": department.name, "text": department.check_text}
        text = _("Thank you. The page of the %(name)s says: %(text)s") % values
        self.message_user(request, text, messages.SUCCESS)
