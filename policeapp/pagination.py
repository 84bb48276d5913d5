"""Cutting a list of results into pages."""

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

PER_PAGE = 20
# Nobody reads further than this, and counting further would cost ever more.
MOST = 1000


def count_up_to(results, most):
    """How many results (a QuerySet, or something with a method of this name) there are, at most ``most``."""
    if hasattr(results, "count_up_to"):
        return results.count_up_to(most)
    return results.order_by().values("pk")[:most].count()


class Pages(Paginator):
    """The pages of the first ``MOST`` results. ``count`` is never above that; ``more`` says whether there are more."""

    most = MOST

    @cached_property
    def found(self):
        return count_up_to(self.object_list, self.most + 1)

    @property
    def count(self):
        return min(self.found, self.most)

    @property
    def more(self):
        return self.found > self.most


def paginate(request, results, per_page=PER_PAGE):
    """The page of ``results`` that ``?page=`` asks for (default: the first); 404 when there is no such page.

    Where nothing was found every page is the first, which says so.
    """
    pages = Pages(results, per_page)
    try:
        page = pages.page(request.GET.get("page") or 1)
    except InvalidPage as problem:
        if pages.count:
            raise Http404(_("There is no such page of results.")) from problem
        page = pages.page(1)
    # Read now: a template's "if" that says "or" or "not" takes a database that fails for no results.
    page.object_list = list(page.object_list)
    return page
