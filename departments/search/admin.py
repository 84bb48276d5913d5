"""Searches in the admin's lists and pickers. They find "Peñasco" for "penasco"."""

from functools import reduce
from operator import or_

from django.contrib.admin.views.main import ORDER_VAR

from ..names import normalize
from . import ranking

MAX_LENGTH = 200  # characters; longer texts are no names


class NormalizedSearch:
    """A search for the words of a text as it is typed, and as normalized columns in ``search_fields`` have them."""

    def get_search_results(self, request, queryset, search_term):
        text = search_term[:MAX_LENGTH]
        found = []
        for words in dict.fromkeys([text, normalize(text) or text]):
            found.append(super().get_search_results(request, queryset, words)[0])
        return reduce(or_, found), False


class DepartmentSearch:
    """The search of the directory, best matches first. A list that the user has sorted stays sorted."""

    def get_search_results(self, request, queryset, search_term):
        text = search_term[:MAX_LENGTH]
        if not text.strip():
            return queryset, False
        if not normalize(text):
            return queryset.none(), False
        found = ranking.rank(queryset, text, "-size")
        return (found.order_by(*queryset.query.order_by) if ORDER_VAR in request.GET else found), False
