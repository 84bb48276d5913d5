"""The search for openings, and an opening's page."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from departments import maps
from policeapp.pagination import paginate

from .forms import NEAREST_SHOWN, JobSearchForm
from .models import Job


@require_safe
def job_list(request):
    """The open openings that a search asks for; the nearest ones and wider radii where there is none."""
    form = JobSearchForm(request.GET)
    page = paginate(request, form.results())
    nearest, wider = ([], {}) if page.object_list else form.beyond()
    context = {"form": form, "page": page, "nearest": nearest, "wider": wider}
    if form.place:
        employers = [job.department for job in page.object_list]
        context["map"] = maps.locator(form.place, form.miles, employers, page.start_index())
    return render(request, "jobs/job_list.html", context)


@require_safe
def job_detail(request, pk, slug):
    """An opening, whether open or not; what is open nearby where it isn't. A withdrawn one answers 410."""
    job = get_object_or_404(Job.objects.visible_to(request.user).select_related("department", "minimums"), pk=pk)
    if slug != job.slug:
        return redirect(job, permanent=True)
    is_open = job.is_open()
    nearest = [] if is_open else Job.objects.open().listed().close_to(job.department, NEAREST_SHOWN)
    status = 410 if job.status == Job.Status.WITHDRAWN else 200
    context = {"job": job, "is_open": is_open, "nearest": nearest}
    return render(request, "jobs/job_detail.html", context, status=status)
