"""The job search and the page of one job."""

from csp.decorators import csp_replace
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from departments.corrections.views import answer
from departments.geo import maps
from policeapp.caching.decorators import public_page
from policeapp.web.pagination import CappedPaginator, page_number, paginate
from policeapp.web.secret_links import require_get_or_post
from policeapp.web.structured_data import Crumb

from .feeds.responses import get_department_or_404
from .forms import NEAREST_SHOWN, JobSearchForm
from .models import Job, Listing
from .structured_data import job_posting

# The openings in a frame on a department's own website. A link leads to the others.
EMBEDDED = 20


@public_page(*JobSearchForm.base_fields, "page")
@require_safe
def job_list(request):
    """Search open jobs. If none are near enough, suggest the nearest jobs and wider distances."""
    number = page_number(request)
    form = JobSearchForm(request.GET)
    page = paginate(form.results(), number, paginator=CappedPaginator)
    nearest, wider = ([], {}) if page.object_list else form.beyond()
    context = {"form": form, "page": page, "nearest": nearest, "wider": wider}
    if form.place:
        employers = [job.department for job in page.object_list]
        context["map"] = maps.locator_map(form.place, form.miles, employers, page.start_index())
    response = render(request, "jobs/job_list.html", context)
    if form.errors:
        add_never_cache_headers(response)
    return response


@public_page()
@require_safe
def job_detail(request, pk, slug):
    """Show a job, open, closed or filled. A withdrawn one answers 410 and shows only its title and department."""
    visible = Job.objects.visible().select_related("department", "structured_requirements")
    job = get_object_or_404(visible, pk=pk)
    if request.path != job.get_absolute_url():
        return redirect(job, permanent=True)
    if job.status == Job.Status.WITHDRAWN:
        nearest = _others(job).close_to(job.department, NEAREST_SHOWN)
        context = {"job": job, "nearest": nearest, "breadcrumbs": _breadcrumbs(job)}
        return render(request, "jobs/job_withdrawn.html", context, status=410)
    return render_job(request, job)


def render_job(request, job, is_preview=False):
    """Return the page of a job, with other jobs nearby: similar ones if it is open.

    A preview shows the page as it looks while the job is open.
    """
    is_open = is_preview or job.is_open()
    others = _others(job)
    similar = others.filter(kind=job.kind).close_to(job.department, NEAREST_SHOWN) if is_open else []
    context = {
        "job": job,
        "is_open": is_open,
        "is_preview": is_preview,
        "listing": Listing.objects.shown_for(job) if job.external_id else None,
        "similar": similar,
        "nearest": [] if similar else others.close_to(job.department, NEAREST_SHOWN),
        "breadcrumbs": _breadcrumbs(job),
        "structured_data": job_posting(job) if is_open and not (job.is_sample or is_preview) else None,
    }
    return render(request, "jobs/job_detail.html", context)


@public_page()
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@require_safe
def embed(request, state, slug):
    """Show a department's openings in a frame of its own website. A former slug redirects to the current one."""
    department = get_department_or_404(state, slug)
    if (department.state, department.slug) != (state, slug):
        return redirect("embed", department.state, department.slug, permanent=True)
    openings = list(department.jobs.open().real().listed().by_deadline()[:EMBEDDED])
    context = {"department": department, "openings": openings, "place": department.find_place()}
    return render(request, "jobs/embed.html", context)


@never_cache
@require_get_or_post
def correct_job(request, pk, slug):
    """Let a visitor report a mistake on the page of a job."""
    job = get_object_or_404(Job.objects.visible().published().real().with_department(), pk=pk)
    if slug != job.slug:
        return redirect("correct job", job.pk, job.slug)
    return answer(request, job, job.department, _breadcrumbs(job))


def _others(job):
    """Return the other open jobs."""
    return Job.objects.open().exclude(pk=job.pk).listed()


def _breadcrumbs(job):
    """Return the breadcrumbs of a job's page, through its department."""
    department = job.department
    return [
        Crumb(_("Jobs"), reverse("jobs")),
        Crumb(department.name, department.get_absolute_url()),
        Crumb(job.title, job.get_absolute_url()),
    ]
