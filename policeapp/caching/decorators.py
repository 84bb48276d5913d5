"""Pages that are the same for every stranger, so that the site's page cache and those in front of it may keep them."""

from functools import wraps
from hashlib import sha256

from django.http import QueryDict

from ..web.routes import route_at


def public_page(*parameters):
    """Marks a view whose page depends on nothing of the request but its address: host, path and these parameters of
    the query string. It has an ETag of its content, a weak one, since it may be sent compressed.
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


def parameters_of(path):
    """The parameters of the public page at the path; None where there is none."""
    return getattr(route_at(path).view, "public_parameters", None)


def plain_query(typed, parameters):
    """The query (a QueryDict) with these parameters alone, in this order and without empty ones, so that an address is
    one page however it is written. Of a repeated one the last counts, as it does for forms, unless the name ends with
    "*".
    """
    plain = QueryDict(mutable=True)
    for name in parameters if typed else ():
        values = typed.getlist(name.rstrip("*"))
        values = [value for value in (values if name.endswith("*") else values[-1:]) if value]
        if values:
            plain.setlist(name.rstrip("*"), values)
    return plain
