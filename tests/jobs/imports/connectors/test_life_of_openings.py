"""What becomes of an opening that a connector lists, on each database engine."""

from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format

from jobs.models import Connector, Job
from policeapp.caching import content
from tests.factories import html_of, make_connector, make_department, make_user, text_of

from .pages import feed, feed_job
from .running import FEED, publish, run_next, titles


def test_the_life_of_an_opening_over_a_month(website, connector, clock):
    publish(website, "1", "2", salary="$30 per hour")
    assert run_next() == [""]
    job = Job.objects.get(external_id="1")
    # Edited by a person: the import changes the rest.
    bob = make_user("bob")
    job.title = "Police Officer, lateral"
    job.set_source(["title"], "Editor of this site", "2026-11-26", f"user:{bob.pk}")
    job.save()
    publish(website, "1", "2", title="Officer", salary="$32 per hour")
    clock(days=7)
    assert run_next() == [""]
    job.refresh_from_db()
    assert (job.title, job.pay_min) == ("Police Officer, lateral", 32)
    # Gone once: nothing happens. Gone twice: it closes.
    publish(website, "2")
    clock(days=7)
    assert run_next() == [""] and titles()["1"] == "published"
    assert run_next(clock) == [""] and titles()["1"] == "delisted"
    job.refresh_from_db()
    assert not job.is_open() and job in Job.objects.visible() and job not in Job.objects.current()
    clock(days=7)
    assert run_next() == [""] and titles() == {"1": "delisted", "2": "published"}
    # Back: it opens again, as the person left it.
    publish(website, "1", "2", title="Officer", salary="$32 per hour")
    clock(days=7)
    assert run_next() == [""]
    job.refresh_from_db()
    assert job.is_open() and job.title == "Police Officer, lateral"
    assert abs(job.open_since - timezone.now()) < timedelta(minutes=1)
    # Each fetch that changed it is an import in its history.
    changes = job.history.exclude(change=None).order_by("pk").values_list("change__kind", "status", "pay_min")
    published, closed = (("import", status, 32) for status in ("published", "delisted"))
    assert list(changes) == [("import", "published", 30), published, closed, published]


def test_gone_back_and_gone_again_is_not_gone_twice(website, connector, clock):
    for numbers in (("1", "2"), ("2",), ("1", "2"), ("2",)):
        publish(website, *numbers)
        assert run_next(clock) == [""]
    assert titles()["1"] == "published"


def test_an_opening_that_a_person_publishes_again_or_withdraws_stays_so(website, connector, clock):
    publish(website, "1", "2")
    run_next()
    publish(website, "2")
    for _number in range(2):
        run_next(clock)
    job = Job.objects.get(external_id="1")
    job.set_source(["status"], "Editor of this site", "2026-11-26", "user:1")
    job.publish()
    run_next(clock)
    assert titles()["1"] == "published"
    other = Job.objects.get(external_id="2")
    other.set_source(["status"], "Editor of this site", "2026-11-26", "user:1")
    other.withdraw()
    run_next(clock)
    assert titles()["2"] == "withdrawn"


def test_a_job_that_moves_to_another_department_closes_at_the_first(website, db, clock):
    make_department("Westport Police Department")
    make_department("Norwalk Police Department", city="Norwalk")
    make_connector(None, website.url(FEED), name="Regional list")

    def list_at(name, city):
        jobs = [feed_job(company=name, city=city), feed_job(referencenumber="2", company="Unknown Police")]
        website.pages[FEED] = feed(*jobs)

    list_at("Westport Police Department", "Westport")
    assert run_next() == [""]
    list_at("Norwalk Police Department", "Norwalk")
    assert (
        run_next(clock)
        == [
            "",
        ][:1]
    )
    assert run_next(clock) == [""]
    found = dict(Job.objects.values_list("department__city", "status"))
    assert found == {"Westport": "delisted", "Norwalk": "published"}
    # Employers that the directory lacks are listed for the administrator.
    rejections = Connector.objects.get().report["rejections"]
    assert rejections[0][1].startswith("Unknown Police")


def test_one_request_at_a_time_goes_to_a_host(department, clock):
    first = make_connector(department, "https://careers.example.org/a")
    same_host = make_connector(department, "https://careers.example.org/b", name="B")
    other_host = make_connector(department, "https://other.example.org/", name="C")
    assert first.claim() and not first.claim() and not same_host.claim() and other_host.claim()
    first.release()
    assert same_host.claim()
    clock(minutes=31)  # an interrupted fetch doesn't block its host for ever
    assert first.claim()


def test_the_page_of_an_opening_says_where_it_comes_from_and_when_that_was_checked(
    website, connector, client, clock, queries_of
):
    publish(website, "1", "2")
    run_next()
    job = Job.objects.get(external_id="1")
    day = date_format(timezone.now(), "F j, Y")
    page = text_of(client.get(job.get_absolute_url()))
    assert f"From the department's own job list, checked on {day}." in page
    assert queries_of(job.get_absolute_url()) <= 10
    # The next day's first fetch empties the page cache, and the others of that day don't.
    clock(days=1)
    run_next()
    tomorrow = date_format(timezone.now(), "F j, Y")
    assert f"checked on {tomorrow}." in text_of(client.get(job.get_absolute_url()))
    Connector.objects.update(due_at=timezone.now())
    before = content.version()
    run_next()
    assert content.version() == before
    # The page stays when the opening is gone.
    publish(website, "2")
    run_next(clock)
    run_next(clock)
    page = text_of(client.get(job.get_absolute_url()))
    assert "This job is closed. The department no longer lists it." in page and "checked on" not in page
    assert "Apply on the department" not in page and "noindex" in html_of(client.get(job.get_absolute_url()))


def test_a_fetcher_that_comes_late_does_not_fetch_again(website, connector):
    publish(website, "1")
    late = Connector.objects.get()
    assert run_next() == [""]
    assert not late.claim() and Connector.objects.get().claim()
