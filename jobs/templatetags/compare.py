"""Filters for links to the comparison pages."""

from django import template

from jobs.compare import selection

register = template.Library()

register.filter("comparison_query", selection.comparison_query)
register.filter("department_key", selection.department_key)
