"""Numbered pages of results."""

import re

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from .routes import NUMBER

PER_PAGE = 20
# The longest list to download at once. Longer ones are refused, not cut off. No state has more departments.
MAX_DOWNLOAD = 2_000


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


def page_number(request, name="page"):
    """Return the number of a page in the query string (default: 1), or raise Http404. Call it before any query."""
    text = request.GET.get(name) or "1"
    if not re.fullmatch(NUMBER, text):
        raise Http404(_("There is no such page of results."))
    return int(text)


def paginate(results, number, per_page=PER_PAGE, paginator=Paginator, keys_first=False):
    """Return the page of ``results`` with this number, or raise Http404.

    With ``keys_first``, the database sorts only the keys of ``results``, a QuerySet, and reads the rows of the page.
    That takes a third of the time if it must sort all rows by a distance.
    """
    try:
        page = paginator(results, per_page).page(number)
    except InvalidPage as error:
        raise Http404(_("There is no such page of results.")) from error
    # Read the rows here: in a template, an {% if %} with "or" or "not" would treat a database error as "no results".
    rows = results.filter(pk__in=page.object_list.values("pk")) if keys_first else page.object_list
    page.object_list = list(rows)
    return page
