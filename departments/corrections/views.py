"""The form "See a mistake?" of departments. Those of other pages use :func:`answer` too."""

from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from policeapp.operations.rate_limits import client_ip, too_many_requests
from policeapp.web.secret_links import require_get_or_post
from policeapp.web.structured_data import Crumb

from .. import breadcrumbs
from ..models import Department, SlugRedirect
from .forms import CORRECTIONS_PER_CLIENT, CorrectionForm


@never_cache
@require_get_or_post
def correct(request, state, slug):
    """Let a visitor report a mistake on the page of a department."""
    departments = Department.objects.published()
    department = departments.filter(state=state, slug=slug).first()
    if department is None:
        moved = get_object_or_404(SlugRedirect, state=state, slug=slug, department__in=departments).department
        return redirect("correct", moved.state, moved.slug)
    return answer(request, department, department, breadcrumbs.for_department(department))


def answer(request, target, department, crumbs):
    """Return the form of a page, or thanks for what the visitor sent. ``crumbs`` are those of the page."""
    form = CorrectionForm(target, request.POST or None)
    context = {"target": target, "department": department, "form": form}
    context["breadcrumbs"] = [*crumbs, Crumb(_("See a mistake?"), request.path)]
    if form.is_valid():
        if not CORRECTIONS_PER_CLIENT.hit(client_ip(request)):
            context["limited"] = True
            return too_many_requests(
                request, CORRECTIONS_PER_CLIENT.wait, "departments/corrections/correct.html", context
            )
        if not form.is_spam:
            form.save(department)
        return render(request, "departments/corrections/thanks.html", context)
    return render(request, "departments/corrections/correct.html", context)
