"""The page of a job: its facts, how to apply, and its URL."""

from datetime import date, time

import pytest

from tests.factories import make_department, make_job, text_of, today

from .details import DAY, SECRETS, page_of, planned
from .pages import html_of

pytestmark = pytest.mark.django_db


def test_it_shows_every_fact(client):
    department = make_department("Norwalk Police Department", city="Norwalk")
    job = make_job(
        department,
        title="Public Safety Dispatcher",
        kind="dispatcher",
        schedule="part_time",
        positions=3,
        description="Take **emergency** calls.",
        requirements="- Type quickly\n- Stay calm",
        pay_min=30,
        pay_max=36,
        pay_period="hour",
        opens_on=date(2024, 3, 1),
        closes_on=date(2099, 12, 5),
        closes_time=time(16, 0),
        **SECRETS,
    )
    page = page_of(client, job)
    text = text_of(page)
    for words in (
        "Public Safety Dispatcher",
        "Department: Norwalk Police Department Norwalk, CT",
        "Job type: Dispatcher or call taker, part time",
        "Pay: $30 to $36 an hour",
        "Positions: 3",
        "Posted: March 1, 2024",
        "Closes: December 5, 2099, 4:00 PM EST",
        "Take emergency calls.",
        "Requirements Type quickly Stay calm",
    ):
        assert words in text
    assert "<title>Public Safety Dispatcher, Norwalk Police Department - PoliceApp</title>" in html_of(page)
    assert f'href="{department.get_absolute_url()}"' in html_of(page)
    assert 'href="/jobs/"' in html_of(page)


def test_it_says_which_facts_are_not_stated(client):
    text = text_of(page_of(client, make_job()))
    assert "Pay: not stated" in text
    assert "Closes: open until filled" in text
    assert "Requirements" not in text


def test_an_open_job_can_be_indexed_and_has_no_notice(client):
    page = page_of(client, make_job())
    assert "noindex" not in html_of(page)
    assert 'class="notice"' not in html_of(page)
    assert "Jobs nearby" not in text_of(page)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, "(today)"), (1, "(tomorrow)"), (7, "(7 days left)"), (8, None), (100, None)],
)
def test_it_counts_down_the_last_week(client, days, expected):
    department = make_department()
    text = text_of(page_of(client, make_job(department, closes_on=today(department) + days * DAY)))
    if expected:
        assert expected in text
    else:
        assert "left)" not in text


# Department and job number


def test_it_shows_the_address_and_links_to_the_departments_website(client):
    department = make_department(
        street1="1 Monroe Street", street2="Suite 2", zip="06854", website="https://www.norwalkpd.example/jobs"
    )
    page = page_of(client, make_job(department))
    assert (
        "Westport Police Department 1 Monroe Street Suite 2 Westport, CT 06854 norwalkpd.example Job type:"
        in text_of(page)
    )
    assert '<a class="small" href="https://www.norwalkpd.example/jobs" rel="nofollow noopener">' in html_of(page)
    assert "<img" not in html_of(page).split("<main")[1]


def test_it_shows_the_departments_logo(client):
    page = html_of(page_of(client, make_job(make_department(logo=f"logos/{'0' * 32}.png"))))
    assert f'<img class="logo plate" src="/media/logos/{"0" * 32}.png" alt=""' in page


def test_it_shows_the_job_number_of_the_source(client):
    assert "Job number: 512345 (City jobs)" in text_of(
        page_of(client, make_job(source="City jobs", external_id="512345"))
    )
    assert "Job number: A-7" in text_of(page_of(client, make_job(external_id="A-7")))
    assert "Job number" not in text_of(page_of(client, make_job()))
    assert "Job number" not in text_of(page_of(client, make_job(is_sample=True, source="samples", external_id="1")))


# How to apply


def test_it_links_to_the_application_page(client):
    page = page_of(client, make_job(apply_url="https://apply.example.org/?job=42&x=1", apply_instructions=""))
    assert 'href="https://apply.example.org/?job=42&amp;x=1" rel="nofollow noopener"' in html_of(page)
    assert "How to apply Apply on the department's website About" in text_of(page)


def test_it_links_to_the_application_email_address(client):
    page = page_of(client, make_job(apply_email="jobs@example.org", apply_instructions=""))
    assert '<a href="mailto:jobs@example.org">jobs@example.org</a>' in html_of(page)
    assert "How to apply Apply by email: jobs@example.org About" in text_of(page)


def test_an_unusual_email_address_is_escaped_in_its_link(client):
    """An email address can contain a question mark, but in a mailto: link (RFC 6068) it would begin the parameters."""
    page = page_of(client, make_job(apply_email="jobs?cc=x%20y&b@example.org", apply_instructions=""))
    assert 'href="mailto:jobs%3Fcc%3Dx%2520y%26b@example.org"' in html_of(page)
    assert "jobs?cc=x%20y&b@example.org" in text_of(page)


def test_it_shows_application_instructions(client):
    page = page_of(client, make_job(apply_instructions="Call [our desk](tel:203-341-6000), **weekdays** only."))
    assert 'href="tel:203-341-6000"' in html_of(page)
    assert "<strong>weekdays</strong>" in html_of(page)
    assert "How to apply Call our desk, weekdays only. About" in text_of(page)


def test_it_shows_all_ways_to_apply_together(client):
    text = text_of(page_of(client, make_job(**SECRETS)))
    assert (
        "How to apply Bring the green form to the front desk. Apply on the department's website "
        "Apply by email: recruiting@example.org" in text
    )


# URL


@pytest.mark.parametrize("slug", ["police", "police-officer-2", "POLICE-OFFICER", "_", "x" * 300])
def test_a_wrong_slug_redirects_permanently(client, slug):
    job = make_job(title="Police Officer")
    response = client.get(f"/jobs/{job.pk}-{slug}/")
    assert response.status_code == 301
    assert response["Location"] == f"/jobs/{job.pk}-police-officer/"


def test_a_former_slug_redirects_to_the_page(client):
    job = make_job(title="Police Officer")
    old = job.get_absolute_url()
    job.title = "Police Sergeant"
    job.save()
    assert client.get(old, follow=True).redirect_chain == [(f"/jobs/{job.pk}-police-sergeant/", 301)]


def test_a_page_has_one_url(client):
    job = make_job(title="Police Officer")
    for number in (f"0{job.pk}", f"00000{job.pk}"):
        for path in ("", "calendar/"):
            assert client.get(f"/jobs/{number}-police-officer/{path}").status_code == 404
    arabic = str(job.pk).translate({48 + digit: 0x660 + digit for digit in range(10)})
    for path in (f"{arabic}-police-officer/", f"+{job.pk}-police-officer/", f"{job.pk}-police-officer//"):
        assert client.get(f"/jobs/{path}").status_code == 404
    assert client.get(f"/jobs/{job.pk}-Police-Officer/")["Location"] == job.get_absolute_url()


def test_a_url_without_the_last_slash_redirects_to_the_page(client):
    job = make_job(title="Police Officer")
    assert client.get(f"/jobs/{job.pk}-police-officer", follow=True).redirect_chain[-1][0] == job.get_absolute_url()


def test_a_wrong_slug_does_not_reveal_a_hidden_title(client):
    for job in (make_job(title="Secret", status="draft"), planned(title="Secret")):
        response = client.get(f"/jobs/{job.pk}-x/")
        assert response.status_code == 404
        assert "secret" not in html_of(response).lower()


@pytest.mark.parametrize("number", ["0", "999999", "9" * 19, "9" * 60, "-1", "1.5", "one", "%00", "٣"])
def test_an_unknown_job_answers_404(client, number):
    assert client.get(f"/jobs/{number}-police-officer/").status_code == 404
