"""Numbered pages of results."""

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

PER_PAGE = 20


class CappedPaginator(Paginator):
    """A Paginator of at most ``most`` results, for lists that are slower to count than to show.

    The results need a method ``count_up_to(limit)``.
    """

    most = 1000

    @cached_property
    def count(self):
        return self.object_list.count_up_to(self.most)

    @property
    def is_full(self):
        """Return whether there may be more results than the pages show."""
        return self.count == self.most


def paginate(request, results, per_page=PER_PAGE, paginator=Paginator):
    """Return the page of ``results`` that ``?page=`` asks for (default: the first), or raise Http404."""
    try:
        page = paginator(results, per_page).page(request.GET.get("page") or 1)
    except InvalidPage as error:
        raise Http404(_("There is no such page of results.")) from error
    # Read the rows here: in a template, an {% if %} with "or" or "not" would treat a database error as "no results".
    page.object_list = list(page.object_list)
    return page
