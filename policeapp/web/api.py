"""Parts of the JSON API: responses, problem details (RFC 9457) and requests from other sites' pages (CORS)."""

from http import HTTPStatus

from django.http import HttpResponse, JsonResponse

from ..caching.decorators import public_parameters_of
from .pagination import PER_PAGE
from .routes import absolute_url

ROOT = "/api/v1/"
PROBLEM = "application/problem+json"
METHODS = "GET, HEAD, OPTIONS"


def json_response(data, status=200, content_type="application/json"):
    return JsonResponse(data, status=status, content_type=content_type, json_dumps_params={"ensure_ascii": False})


def page_response(request, page, results, form):
    """Return a page of the results of a search form.

    ``count`` is the number of results on all pages. It is a minimum if ``count_is_exact`` is False.
    """
    return json_response(
        {
            "count": page.paginator.count,
            "count_is_exact": not getattr(page.paginator, "is_full", False),
            "per_page": PER_PAGE,
            "page": page.number,
            "next": _page_url(request, page.next_page_number()) if page.has_next() else None,
            "previous": _page_url(request, page.previous_page_number()) if page.has_previous() else None,
            "near": str(form.place) if form.place else None,
            "correction": form.correction or None,
            "results": results,
        }
    )


def _page_url(request, number):
    query = request.GET.copy()
    query["page"] = number
    return absolute_url(f"{request.path}?{query.urlencode()}")


def problem(status, **more):
    """Return problem details. Without a ``type``, the title is that of the status."""
    data = {"title": HTTPStatus(status).phrase, "status": status, **more}
    return json_response(data, status, PROBLEM)


def form_problem(form):
    """Return a 400 response with the errors of a form, and the places to choose from if it has any.

    ``parameter`` is "" for an error that concerns no single one.
    """
    errors = [
        {"parameter": name if name in form.fields else "", "message": str(message)}
        for name, messages in form.errors.items()
        for message in messages
    ]
    places = [place.search_text for place in getattr(form, "choices", [])]
    return problem(400, errors=errors, **({"places": places} if places else {}))


def api_responses(get_response):
    """Middleware: pages of all sites can read the API, and its errors are problem details, whoever answers them.

    What needs a key has no answer for browsers that ask whether a page may send it.

    It comes before everything that answers with an error page, such as the rate limit.
    """

    def middleware(request):
        if not request.path_info.startswith(ROOT):
            return get_response(request)
        if request.method == "OPTIONS" and public_parameters_of(request.path_info) is not None:
            response = HttpResponse(status=204, headers={"Allow": METHODS})
        else:
            response = get_response(request)
        if response.status_code >= 400 and response.get("Content-Type") != PROBLEM:
            _replace_content(response, problem(response.status_code))
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Allow-Methods"] = METHODS
        response["Access-Control-Allow-Headers"] = "If-None-Match"
        response["Access-Control-Expose-Headers"] = "ETag, Retry-After"
        return response

    return middleware


def _replace_content(response, other):
    """Give the response the content of the other one. Its other headers stay, such as Retry-After and Allow."""
    response.content = other.content
    response["Content-Type"] = other["Content-Type"]
    response["Content-Length"] = len(other.content)
    del response["Content-Encoding"]
