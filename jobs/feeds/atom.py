"""Atom feeds (RFC 4287) of the open jobs of a search or a department, newest first."""

from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from policeapp.caching.decorators import public_page
from policeapp.web.routes import absolute_url, site_host

from .forms import FeedSearchForm
from .responses import (
    document_response,
    get_department_or_404,
    last_modified,
    search_error_response,
    start_of_today,
    strip_unprintable,
)

MAX_ENTRIES = 50


class OpeningsFeed(Atom1Feed):
    """An Atom feed that uses ``empty_since`` as its date of change if it has no entries."""

    def latest_post_date(self):
        return super().latest_post_date() if self.items else self.feed["empty_since"]


@public_page(*FeedSearchForm.base_fields)
@require_safe
def search_feed(request):
    """The newest openings that match the query string of a search; 400 with a message if it is invalid."""
    form = FeedSearchForm(request.GET, "newest")
    jobs = form.first(MAX_ENTRIES)
    if form.errors:
        return search_error_response(form)
    path, page = reverse("jobs feed") + form.query, reverse("jobs") + form.query
    return _feed_response(path, path, page, form.in_words(), jobs, start_of_today())


@public_page()
@require_safe
def department_feed(request, state, slug):
    """The newest openings of a department. A former slug redirects to the current one."""
    department = get_department_or_404(state, slug)
    if (department.state, department.slug) != (state, slug):
        return redirect("department feed", department.state, department.slug, permanent=True)
    jobs = department.jobs.open().real().newest()[:MAX_ENTRIES]
    path, page = reverse("department feed", args=[state, slug]), department.get_absolute_url()
    title = _("Jobs at %(department)s") % {"department": department.name}
    name = f"department/{department.pk}/feed"
    return _feed_response(name, path, page, title, jobs, department.modified.replace(microsecond=0))


def _feed_response(name, path, page, title, jobs, empty_since):
    """Return the feed at ``path`` of the jobs on ``page`` (both are paths). Its id contains ``name``."""
    feed = OpeningsFeed(
        title=strip_unprintable(title),
        link=absolute_url(page),
        description=None,
        language=get_language(),
        feed_url=absolute_url(path),
        feed_guid=_tag(name),
        author_name="PoliceApp",
        empty_since=empty_since,
    )
    for job in jobs:
        feed.add_item(
            title=strip_unprintable(f"{job.title}, {job.department.name}"),
            link=absolute_url(job.get_absolute_url()),
            description=strip_unprintable(render_to_string("jobs/_feed_entry.html", {"job": job})),
            unique_id=_tag(f"opening/{job.pk}"),
            author_name=strip_unprintable(job.department.name),
            pubdate=job.opens_at,
            updateddate=last_modified(job),
            categories=[job.get_kind_display()],
        )
    return document_response(feed.writeString("utf-8"), feed.content_type, feed.latest_post_date())


def _tag(name):
    """Return a tag URI (RFC 4151), which stays the same forever if the name does."""
    return f"tag:{site_host()},2026:{name}"
