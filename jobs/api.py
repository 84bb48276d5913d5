"""The JSON API of openings. policeapp/pages/openapi.json describes it.

Everybody can search. A department's applicant-tracking system sends openings with its key.
"""

import json

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from policeapp.caching.decorators import public_page
from policeapp.web.api import form_problem, json_response, page_response, problem
from policeapp.web.middleware import accept_body
from policeapp.web.pagination import CappedPaginator, page_number, paginate
from policeapp.web.routes import absolute_url

from .feeds.forms import FeedSearchForm
from .imports import sent
from .models import ApiKey, Job
from .serializers import opening

# The largest opening (bytes); nginx has the same limit.
MAX_OPENING = 200 * 1024


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


@csrf_exempt
@accept_body(MAX_OPENING)
@never_cache
@require_http_methods(["PUT", "DELETE"])
def sent_opening(request, external_id):
    """Create, update or close an opening of the department that the request's key belongs to."""
    key = ApiKey.objects.find(_secret(request))
    if key is None:
        response = problem(401, detail=_("Send a valid key: “Authorization: Bearer KEY”."))
        response["WWW-Authenticate"] = 'Bearer realm="openings"'
        return response
    key.record_use()
    if request.method == "PUT":
        return _put(request, key, external_id)
    return HttpResponse(status=204) if sent.close(key, external_id) else problem(404)


def _secret(request):
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _put(request, key, external_id):
    try:
        values = json.loads(request.body)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        return problem(400, detail=_("Send a JSON object, in UTF-8."))
    form = sent.SentForm(key, external_id, values)
    if errors := form.list_errors():
        return problem(422, errors=errors)
    try:
        stored = sent.store(key, form)
    except ValidationError as error:
        return problem(422, errors=sent.list_errors(error.message_dict))
    if stored.existing:
        text = _("The site has a job that may be the same. This one is a draft until an editor decides.")
        return problem(409, detail=text, existing=absolute_url(stored.existing.get_absolute_url()))
    job = stored.job
    response = json_response(
        opening(job) | {"status": job.status, "kept": stored.kept}, status=201 if stored.is_new else 200
    )
    if stored.is_new:
        response["Location"] = absolute_url(job.get_absolute_url())
    return response
