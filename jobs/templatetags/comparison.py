"""The links that set departments or openings side by side."""

from django import template

from jobs.compare import columns as comparing

register = template.Library()


@register.filter
def comparison(things):
    """The query string that compares the first of these departments or openings."""
    return comparing.address(things)


@register.filter
def key(department):
    """How that query string names a department."""
    return comparing.key_of(department)
