"""A filter for the notice that explains samples once on a page."""

from django import template

register = template.Library()


@register.filter
def has_samples(jobs):
    """Return whether any of the jobs is a sample."""
    return any(job.is_sample for job in jobs)
