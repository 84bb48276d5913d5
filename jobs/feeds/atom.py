"""Atom feeds (RFC 4287) of the open openings, the newest first: those of any search and those of a department."""

from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from policeapp.limits import searching
from policeapp.public import public_page

from . import responses as following
from .responses import FollowedSearchForm, printable

MOST = 50  # entries


class OpeningsFeed(Atom1Feed):
    """A feed that says of itself when it has no entries since when that is so: ``empty_since``."""

    def latest_post_date(self):
        return super().latest_post_date() if self.items else self.feed["empty_since"]


@public_page(*FollowedSearchForm.base_fields)
@require_safe
@searching
def search_feed(request):
    """The newest of the openings that the query string of the search asks for; 400 and a sentence where it is wrong."""
    form = FollowedSearchForm(request.GET, "newest")
    jobs = form.first(MOST)
    if form.errors:
        return following.refused(form)
    feed, page = reverse("jobs feed") + form.query, reverse("jobs") + form.query
    return _answer(request, feed, page, form.in_words(), jobs, following.start_of_today())


@public_page()
@require_safe
def department_feed(request, state, slug):
    """The newest openings of a department; its former address leads to the present one."""
    department = following.department_at(state, slug)
    if (department.state, department.slug) != (state, slug):
        return redirect("department feed", department.state, department.slug, permanent=True)
    jobs = department.jobs.open().real().newest()[:MOST]
    feed, page = reverse("department feed", args=[state, slug]), department.get_absolute_url()
    title = _("Openings at %(department)s") % {"department": department.name}
    return _answer(request, feed, page, title, jobs, department.modified.replace(microsecond=0))


def _answer(request, path, page, title, jobs, empty_since):
    """The feed at the path about the page."""
    feed = OpeningsFeed(
        title=printable(title),
        link=request.build_absolute_uri(page),
        description=None,
        language=get_language(),
        feed_url=request.build_absolute_uri(path),
        feed_guid=_tag(request, path),
        author_name="PoliceApp",
        empty_since=empty_since,
    )
    for job in jobs:
        feed.add_item(
            title=printable(f"{job.title}, {job.department.name}"),
            link=request.build_absolute_uri(job.get_absolute_url()),
            description=printable(render_to_string("jobs/_feed_entry.html", {"job": job})),
            unique_id=_tag(request, f"opening/{job.pk}"),
            author_name=printable(job.department.name),
            pubdate=job.opens_at,
            updateddate=following.changed_at(job),
            categories=[job.get_kind_display()],
        )
    return following.answer(feed.writeString("utf-8"), feed.content_type, feed.latest_post_date())


def _tag(request, name):
    """The name as an IRI for good (RFC 4151)."""
    return f"tag:{following.host(request)},2026:{name}"
