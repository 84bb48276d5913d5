"""Lists of jobs are counted and shown up to a thousand."""

import pytest
from django.utils import timezone

from jobs.models import Job
from tests.factories import make_department, make_job, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def thousand_and_one(places):
    """1,001 jobs at one department in Westport. Returns the first."""
    job = make_job(make_department(at=(41.14, -73.36), city="Westport"), title="Officer")
    job.words = " officer"
    others = []
    for _ in range(1000):
        other = Job(**{field.attname: getattr(job, field.attname) for field in Job._meta.fields if not field.generated})
        other.pk, other.created = None, timezone.now()
        others.append(other)
    Job.objects.bulk_create(others)
    return job


@pytest.mark.parametrize("url", ["/jobs/", "/jobs/?near=06880", "/jobs/?near=06880&within=any&sort=pay"])
def test_more_than_a_thousand_jobs_are_not_counted(client, thousand_and_one, url):
    page = client.get(url)
    assert "1,000 or more jobs" in page.content.decode()
    assert "Page 1 of 50" in page.content.decode()


@pytest.mark.parametrize("url", ["/jobs/?", "/jobs/?near=06880&"])
def test_at_most_a_thousand_jobs_are_shown(client, thousand_and_one, url):
    assert client.get(f"{url}page=50").content.decode().count('class="card"') == 20
    assert client.get(f"{url}page=51").status_code == 404


def test_fewer_than_a_thousand_are_counted(client, thousand_and_one):
    Job.objects.filter(pk__in=list(Job.objects.values_list("pk", flat=True)[:2])).delete()
    assert "999 jobs" in client.get("/jobs/").content.decode()
    assert "See all 999 jobs" in client.get("/").content.decode()


def test_the_home_page_gives_no_number_above_a_thousand(client, thousand_and_one):
    assert "See all jobs" in client.get("/").content.decode()


def test_wider_distances_show_their_number_of_jobs(client, thousand_and_one):
    page = text_of(client.get("/jobs/?near=10001&within=10"))
    assert "No jobs" in page
    assert "Within 50 miles: 1,001" in page
