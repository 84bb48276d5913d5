"""Views for the script of long texts in the admin (markdown.js): a preview, and Markdown for pasted HTML."""

from functools import wraps

from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from .markdown import render
from .pasted import MAX_HTML, html_to_markdown

MAX_TEXT = 50_000  # characters; the longest field


def staff_only(view):
    """Answer 403 to others: a script can't show the page to sign in."""

    @wraps(view)
    def wrapper(request):
        if not admin.site.has_permission(request):
            raise PermissionDenied
        return view(request)

    return require_POST(wrapper)


def _read(request, name, limit):
    text = request.POST.get(name, "")
    if len(text) > limit:
        raise BadRequest(f"More than {limit} characters.")
    return text


@staff_only
def preview(request):
    """Return a text as HTML, as the public pages show it."""
    return HttpResponse(render(_read(request, "text", MAX_TEXT)))


@staff_only
def paste(request):
    """Return pasted HTML as Markdown."""
    try:
        text = html_to_markdown(_read(request, "html", MAX_HTML))
    except ValueError as error:
        raise BadRequest(str(error)) from None
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
