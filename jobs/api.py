"""The JSON API of openings. policeapp/pages/openapi.json describes it."""

from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from policeapp.caching.decorators import public_page
from policeapp.web.api import form_problem, page_response
from policeapp.web.pagination import CappedPaginator, page_number, paginate

from .feeds.forms import FeedSearchForm
from .models import Job
from .serializers import opening


@csrf_exempt
@public_page(*FeedSearchForm.base_fields, "page")
@require_safe
def opening_list(request):
    """A page of the open jobs that the job search finds, without samples."""
    number = page_number(request)
    form = FeedSearchForm(request.GET)
    results = form.results()
    if form.errors:
        return form_problem(form)
    page = paginate(results, number, paginator=CappedPaginator)
    jobs = Job.objects.open().with_department().select_related("structured_requirements").reload(page.object_list)
    openings = [opening(job) for job in jobs]
    return page_response(request, page, openings, form)
