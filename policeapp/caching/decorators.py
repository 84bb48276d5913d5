"""The decorator for public pages: pages that are the same for all anonymous visitors, so caches may store them."""

from functools import wraps
from hashlib import sha256

from django.http import QueryDict

from ..web.routes import route_at


def public_page(*parameters):
    """Mark a view whose response depends only on the path and these parameters of the query string.

    A parameter that may have several values ends with "*". Responses get an ETag, a weak one because they may be
    compressed. A response with Cache-Control is not cached, such as a search with errors.
    """

    def decorate(view):
        @wraps(view)
        def with_etag(request, *args, **kwargs):
            response = view(request, *args, **kwargs)
            if response.status_code == 200:
                if hasattr(response, "add_post_render_callback"):
                    response.add_post_render_callback(_set_etag)
                else:
                    _set_etag(response)
            return response

        with_etag.public_parameters = tuple(parameters)
        return with_etag

    return decorate


def _set_etag(response):
    if not response.streaming:
        response["ETag"] = f'W/"{sha256(response.content).hexdigest()[:32]}"'


def public_parameters_of(path):
    """Return the parameters of the public page at this path, or None if there is none."""
    return getattr(route_at(path).view, "public_parameters", None)


def normalize_query(query, parameters):
    """Return a QueryDict with only these parameters, in this order and without empty values.

    So URLs that differ only in spelling share one cached page. The last value of a repeated parameter counts, as in
    forms, unless the parameter's name ends with "*".
    """
    normalized = QueryDict(mutable=True)
    for name in parameters if query else ():
        values = query.getlist(name.rstrip("*"))
        values = [value for value in (values if name.endswith("*") else values[-1:]) if value]
        values = [] if name in ("page", "p") and values == ["1"] else values  # the first page needs no number
        if values:
            normalized.setlist(name.rstrip("*"), values)
    return normalized
