"""Walking through a list that is long and in the order of an index: the page after a row, or before one.

Where ``?page=400`` would have the database count through all rows before it, ``?after=`` names the last row that was
seen, and the database goes there by the index. The price is that nobody knows the number of a page.
"""

from itertools import chain, islice
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from .pagination import PER_PAGE, Pages

BETWEEN = "~"  # parts of a key; in no normalised name


class Stretch(NamedTuple):
    """A page of a list: its rows, what ``?before=`` and ``?after=`` of the links beside it say ("" for no link), and
    the ``Pages`` that count the list."""

    object_list: list
    previous: str
    next: str
    paginator: Any


def browse(request, rows, per_page=PER_PAGE):
    """The page of ``rows`` that ``?after=`` or ``?before=`` asks for (default: the first); 404 when there is no such.

    ``rows`` is a QuerySet in an order of fields of its model that ends with ``pk``, in which none is null. A page takes
    as many queries as there are fields in the order at most, each a short walk along an index of them. Rows that come
    or go meanwhile neither repeat nor hide others.
    """
    if request.GET.get("page"):
        raise Http404(_("This list has no numbers of pages."))
    back = bool(request.GET.get("before"))
    typed = request.GET.get("before" if back else "after") or None
    found = _walk(rows.reverse() if back else rows, typed, per_page + 1)
    more = len(found) > per_page
    if back and not more:
        # Fewer rows than a page are before the key: the first page has them, and the key's.
        typed, back, found = None, False, _walk(rows, None, per_page + 1)
        more = len(found) > per_page
    if typed is not None and not found:
        raise Http404(_("There is no such page of results."))
    found = found[:per_page][:: -1 if back else 1]
    names = list(_order(rows))
    return Stretch(
        object_list=found,
        previous=_key(found[0], names) if (more if back else typed is not None) else "",
        next=_key(found[-1], names) if back or more else "",
        paginator=Pages(rows, per_page),
    )


def _walk(rows, typed, number):
    """The first ``number`` of the rows beyond the key that was typed, or of all."""
    if typed is None:
        return list(rows[:number])
    return list(islice(chain.from_iterable(part[:number] for part in _beyond(rows, typed)), number))


def _beyond(rows, typed):
    """The rows beyond the key, in QuerySets of which each is one stretch of an index.

    Of the order a, b, c they are: those with the key's a and b and a greater c, those with its a and a greater b, and
    those with a greater a. A database that was asked for all in one would look through the whole table.
    """
    order = _order(rows)
    key = _values(rows.model, list(order), typed)
    for number in range(len(order), 0, -1):
        *same, last = list(order)[:number]
        yield rows.filter(**{name: key[name] for name in same}, **{f"{last}__{order[last]}": key[last]})


def _order(rows):
    """``{name: "gt" or "lt"}`` of the fields that the rows are ordered by: what comes later is greater or less."""
    names = rows.query.order_by or rows.model._meta.ordering
    rising = rows.query.standard_ordering
    return {name.lstrip("-"): "gt" if rising != name.startswith("-") else "lt" for name in names}


def _key(row, names):
    return BETWEEN.join(str(getattr(row, name)) for name in names)


def _values(model, names, typed):
    """``{name: value}`` of a key; 404 when it is none."""
    parts = typed.split(BETWEEN)
    if len(parts) == len(names) and typed.isprintable():
        try:
            return {name: _field(model, name).to_python(part) for name, part in zip(names, parts, strict=True)}
        except ValidationError:
            pass
    raise Http404(_("There is no such page of results."))


def _field(model, name):
    return model._meta.pk if name == "pk" else model._meta.get_field(name)
