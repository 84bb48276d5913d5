"""Cutting a list of results into pages."""

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404
from django.utils.translation import gettext as _

PER_PAGE = 20


def paginate(request, results, per_page=PER_PAGE):
    """The page of ``results`` that ``?page=`` asks for (default: the first); 404 when there is no such page.

    Where nothing was found every page is the first, which says so.
    """
    pages = Paginator(results, per_page)
    try:
        return pages.page(request.GET.get("page", 1))
    except InvalidPage as problem:
        if not pages.count:
            return pages.page(1)
        raise Http404(_("There is no such page of results.")) from problem
