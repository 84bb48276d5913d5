"""The help page of the admin, for editors."""

from django.contrib import admin
from django.contrib.admin.views.decorators import staff_member_required
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe


@staff_member_required
@require_safe
def admin_help(request):
    """Explain how to edit departments and jobs. Only for staff."""
    return render(request, "admin/help.html", admin.site.each_context(request) | {"title": _("Help for editors")})
