"""An opening's page, for the public and for staff, in every state of the opening's life."""

import re
from datetime import date, time, timedelta

import pytest

from tests.factories import make_alice, make_bob, make_charlie, make_department, make_job, text_of, today

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NOINDEX = '<meta name="robots" content="noindex">'
SECRETS = {
    "apply_url": "https://apply.example.org/42",
    "apply_email": "recruiting@example.org",
    "apply_instructions": "Bring the green form to the front desk.",
}


def page_of(client, job, status=200):
    response = client.get(job.get_absolute_url())
    assert response.status_code == status
    return response


def html_of(response):
    return response.content.decode()


def closed(department=None, **values):
    return make_job(department, **({"opens_on": today() - 30 * DAY, "closes_on": today() - 2 * DAY} | values))


def planned(department=None, **values):
    return make_job(department, **({"opens_on": date(2090, 5, 1)} | values))


# An opening that is open


def test_it_shows_all_there_is_to_know(client):
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
        "Kind: Dispatcher or call taker, part time",
        "Pay: $30 to $36 an hour",
        "Positions: 3",
        "Opened: March 1, 2024",
        "Closes: December 5, 2099, 4:00 PM EST",
        "Take emergency calls.",
        "Requirements Type quickly Stay calm",
    ):
        assert words in text
    assert "<title>Public Safety Dispatcher, Norwalk Police Department - PoliceApp</title>" in html_of(page)
    assert f'href="{department.get_absolute_url()}"' in html_of(page)
    assert 'href="/jobs/"' in html_of(page)


def test_it_says_what_is_not_known(client):
    text = text_of(page_of(client, make_job()))
    assert "Pay: not stated" in text
    assert "Closes: open until filled" in text
    assert "Requirements" not in text


def test_an_open_opening_may_be_indexed_and_has_no_notice(client):
    page = page_of(client, make_job())
    assert "noindex" not in html_of(page)
    assert 'class="notice"' not in html_of(page)
    assert "Open nearby" not in text_of(page)


@pytest.mark.parametrize(
    ("days", "said"), [(0, "(0 days left)"), (1, "(1 day left)"), (7, "(7 days left)"), (8, None), (100, None)]
)
def test_in_the_last_week_it_counts_the_days(client, days, said):
    department = make_department()
    text = text_of(page_of(client, make_job(department, closes_on=today(department) + days * DAY)))
    if said:
        assert said in text
    else:
        assert "left)" not in text


# How to apply


def test_it_says_how_to_apply_on_the_web(client):
    page = page_of(client, make_job(apply_url="https://apply.example.org/?job=42&x=1", apply_instructions=""))
    assert 'href="https://apply.example.org/?job=42&amp;x=1" rel="nofollow noopener"' in html_of(page)
    assert "How to apply Apply on their site About" in text_of(page)


def test_it_says_how_to_apply_by_mail(client):
    page = page_of(client, make_job(apply_email="jobs@example.org", apply_instructions=""))
    assert '<a href="mailto:jobs@example.org">jobs@example.org</a>' in html_of(page)
    assert "How to apply By e-mail: jobs@example.org About" in text_of(page)


def test_an_odd_mail_address_is_one_address_and_nothing_else(client):
    """A question mark is allowed in an address, but in a mailto: link (RFC 6068) it begins what goes into the mail."""
    page = page_of(client, make_job(apply_email="jobs?cc=x%20y&b@example.org", apply_instructions=""))
    assert 'href="mailto:jobs%3Fcc%3Dx%2520y%26b@example.org"' in html_of(page)
    assert "jobs?cc=x%20y&b@example.org" in text_of(page)


def test_it_says_how_to_apply_in_words(client):
    page = page_of(client, make_job(apply_instructions="Call [our desk](tel:203-341-6000), **weekdays** only."))
    assert 'href="tel:203-341-6000"' in html_of(page)
    assert "<strong>weekdays</strong>" in html_of(page)
    assert "How to apply Call our desk, weekdays only. About" in text_of(page)


def test_all_ways_to_apply_stand_together(client):
    text = text_of(page_of(client, make_job(**SECRETS)))
    assert (
        "How to apply Bring the green form to the front desk. Apply on their site "
        "By e-mail: recruiting@example.org" in text
    )


# Markdown and other text from editors


@pytest.mark.parametrize("field", ["description", "requirements", "apply_instructions"])
class TestTexts:
    def test_they_have_lists_headings_and_links_below_the_pages_own_headings(self, client, field):
        text = "# Heading\n\n1. First\n2. Second\n\n[Site](https://example.org/)"
        html = html_of(page_of(client, make_job(**{field: text})))
        assert "<h3>Heading</h3>" in html
        assert re.search(r"<ol>\s*<li>First</li>\s*<li>Second</li>\s*</ol>", html)
        assert '<a href="https://example.org/" rel="nofollow noopener">Site</a>' in html

    @pytest.mark.parametrize(
        "text",
        [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "a <b onclick='alert(1)'>b</b>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "[x](vbscript:alert(1))",
            '[x](https://example.org/"onmouseover="alert(1))',
            "![pixel](https://tracker.example.org/1.png)",
            "<javascript:alert(1)>",
            "`<script>alert(1)</script>`",
        ],
    )
    def test_they_run_nothing_and_fetch_nothing(self, client, field, text):
        html = html_of(page_of(client, make_job(**{field: text})))
        ours = html_of(page_of(client, make_job(**{field: "Plain."})))
        assert html.count("<script") == ours.count("<script")
        assert html.count("<img") == ours.count("<img")
        for tag in re.findall(r"<[a-z][^>]*>", html):
            assert not re.search(
                r"\son[a-z]+\s*=|(javascript|vbscript|data):", re.sub(r'="https:[^"]*"', "", tag), re.I
            )


def test_a_title_is_shown_as_it_was_typed(client):
    html = html_of(page_of(client, make_job(title="<script>alert(1)</script> & Co")))
    assert "<script>alert" not in html
    assert "<h1>&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co</h1>" in html


# The one address of an opening


@pytest.mark.parametrize("slug", ["police", "police-officer-2", "POLICE-OFFICER", "_", "x" * 300])
def test_any_other_words_in_the_address_lead_to_the_right_ones_for_good(client, slug):
    job = make_job(title="Police Officer")
    response = client.get(f"/jobs/{job.pk}-{slug}/")
    assert response.status_code == 301
    assert response["Location"] == f"/jobs/{job.pk}-police-officer/"


def test_an_address_from_before_a_change_of_the_title_leads_to_the_page(client):
    job = make_job(title="Police Officer")
    old = job.get_absolute_url()
    job.title = "Police Sergeant"
    job.save()
    assert client.get(old, follow=True).redirect_chain == [(f"/jobs/{job.pk}-police-sergeant/", 301)]


def test_an_address_without_the_last_stroke_leads_to_the_page(client):
    job = make_job(title="Police Officer")
    assert client.get(f"/jobs/{job.pk}-police-officer", follow=True).redirect_chain[-1][0] == job.get_absolute_url()


def test_wrong_words_do_not_tell_the_title_of_what_is_not_public(client):
    for job in (make_job(title="Secret", status="draft"), planned(title="Secret")):
        response = client.get(f"/jobs/{job.pk}-x/")
        assert response.status_code == 404
        assert "secret" not in html_of(response).lower()


@pytest.mark.parametrize("number", ["0", "999999", "9" * 19, "9" * 60, "-1", "1.5", "one", "%00", "٣"])
def test_an_opening_that_there_is_not_is_not_found(client, number):
    assert client.get(f"/jobs/{number}-police-officer/").status_code == 404


def test_only_reading_is_allowed(client):
    url = make_job().get_absolute_url()
    assert client.head(url).status_code == 200
    for method in ("post", "put", "delete", "patch"):
        assert getattr(client, method)(url).status_code == 405


def test_it_sets_no_cookie(client):
    assert not page_of(client, make_job()).cookies


# Closed


def test_a_closed_opening_keeps_its_page_which_says_so(client):
    job = closed(title="Officer of last month", closes_on=date(2024, 12, 5), opens_on=date(2024, 1, 1))
    page = page_of(client, job)
    assert "This opening is closed. It closed on December 5, 2024." in text_of(page)
    assert "Officer of last month" in text_of(page)
    assert NOINDEX in html_of(page)


def test_a_closed_opening_says_the_hour_where_it_had_one(client):
    job = closed(opens_on=date(2024, 1, 1), closes_on=date(2024, 7, 4), closes_time=time(16, 0))
    assert "It closed on July 4, 2024, 4:00 PM EDT." in text_of(page_of(client, job))


def test_a_closed_opening_shows_what_is_open_nearby_the_nearest_first(client):
    here = make_department("Here", at=(41.14, -73.36))
    job = closed(here, title="Closed one")
    for name, at in (("Far", (41.7, -73.36)), ("Near", (41.2, -73.36)), ("Alaska", (61.2, -149.9))):
        make_job(make_department(name, at=at), title=f"{name} officer", pay_min=50_000)
    closed(make_department("Also closed", at=(41.14, -73.37)), title="Another closed one")
    text = text_of(page_of(client, job))
    nearby = text[text.index("Open nearby") :]
    assert nearby.index("Near officer") < nearby.index("Far officer") < nearby.index("Alaska officer")
    assert "4 miles" in nearby
    assert "from $50,000 a year" in nearby
    assert "closed one" not in nearby.lower()


def test_a_closed_opening_of_a_department_that_hires_again_leads_there_first(client):
    here = make_department("Here", at=(41.14, -73.36))
    make_job(make_department("Next door", at=(41.15, -73.36)), title="Next door officer")
    make_job(here, title="Same station officer")
    text = text_of(page_of(client, closed(here)))
    assert text.index("Same station officer") < text.index("Next door officer")


def test_a_closed_opening_of_a_department_whose_place_nobody_knows_is_no_dead_end(client):
    make_job(make_department("Hartford Police", city="Hartford"), title="Hartford officer")
    page = page_of(client, closed(make_department("Nowhere", city="")))
    assert "Hartford officer" in text_of(page)
    assert 'href="/jobs/"' in html_of(page)


def test_a_closed_opening_offers_no_way_to_apply(client):
    html = html_of(page_of(client, closed(**SECRETS)))
    assert "How to apply" not in html
    for secret in SECRETS.values():
        assert secret not in html


# What is open near an opening that is open


@pytest.fixture
def here(db):
    return make_department("Here", at=(41.14, -73.36))


def nearby(client, job):
    """What the page of the opening says of others."""
    text = text_of(page_of(client, job))
    starts = [text.index(words) for words in ("Similar openings nearby", "Open nearby") if words in text]
    return text[starts[0] : text.index("Search all openings")] if starts else ""


def test_an_open_opening_shows_those_of_its_kind_the_nearest_first(client, here):
    job = make_job(here, title="The one", kind="dispatcher")
    for name, at in (("Far", (41.7, -73.36)), ("Near", (41.2, -73.36)), ("Alaska", (61.2, -149.9))):
        department = make_department(name, at=at)
        make_job(department, title=f"{name} dispatcher", kind="dispatcher", pay_min=50_000)
        make_job(department, title=f"{name} officer", kind="lateral")
    make_job(here, title="Next desk", kind="dispatcher")
    said = nearby(client, job)
    titles = ["Similar openings nearby", "Next desk", "Near dispatcher", "Far dispatcher", "Alaska dispatcher"]
    assert sorted(titles, key=said.index) == titles
    assert "4 miles" in said and "from $50,000 a year" in said
    assert "officer" not in said.replace("Entry-level officer", "")
    assert "The one" not in said


def test_an_open_opening_that_is_the_only_one_of_its_kind_shows_the_nearest_of_others_and_says_so(client, here):
    job = make_job(here, title="The one", kind="dispatcher")
    make_job(make_department("Far", at=(41.7, -73.36)), title="Far officer")
    make_job(make_department("Near", at=(41.2, -73.36)), title="Near officer", kind="lateral")
    closed(here, title="Closed desk", kind="dispatcher")
    said = nearby(client, job)
    assert said.startswith("Open nearby There is no other opening of this kind just now.")
    assert "These are the nearest of other kinds: Near officer" in said
    assert said.index("Near officer") < said.index("Far officer")
    assert "Closed desk" not in said and "The one" not in said


def test_an_open_opening_of_a_department_whose_place_nobody_knows_shows_those_of_its_state_first(client):
    job = make_job(make_department("Nowhere", city="", state="NY"))
    make_job(make_department("Albany Police", state="NY", city="Albany"), title="Albany officer")
    make_job(make_department("Norwalk Police", city="Norwalk"), title="Norwalk officer")
    said = nearby(client, job)
    assert said.index("Albany officer") < said.index("Norwalk officer")


def test_of_many_an_open_opening_shows_five(client, here):
    job = make_job(here)
    for number in range(7):
        make_job(make_department(f"Police {number}", at=(41.2 + number / 10, -73.36)), title=f"Officer {number}")
    assert re.findall(r"Officer \d", nearby(client, job)) == [f"Officer {number}" for number in range(5)]


def test_what_is_not_open_is_not_shown_as_similar(client, here):
    job = make_job(here)
    for values in ({"status": "draft"}, {"status": "withdrawn"}, {"opens_on": date(2090, 5, 1)}):
        make_job(here, title="Hidden", **values)
    make_job(make_department("Draft", status="draft", at=(41.14, -73.36)), title="Hidden")
    closed(here, title="Hidden")
    assert nearby(client, job) == ""


def test_a_similar_sample_is_marked_as_one(client, here):
    job = make_job(here)
    make_job(here, title="Invented officer", is_sample=True)
    assert "Invented officer Sample: not a real vacancy" in nearby(client, job)


def test_a_closed_opening_says_nothing_of_kinds(client, here):
    make_job(make_department("Near", at=(41.2, -73.36)), title="Near officer", kind="lateral")
    said = nearby(client, closed(here, kind="dispatcher"))
    assert said.startswith("Open nearby Near officer")


# Where it is, and its number


def test_it_says_where_the_work_is_and_links_the_departments_site(client):
    department = make_department(
        street1="1 Monroe Street", street2="Suite 2", zip="06854", website="https://www.norwalkpd.example/jobs"
    )
    page = page_of(client, make_job(department))
    assert "Westport Police Department 1 Monroe Street Suite 2 Westport, CT 06854 norwalkpd.example Kind:" in text_of(
        page
    )
    assert '<a class="small" href="https://www.norwalkpd.example/jobs" rel="nofollow noopener">' in html_of(page)
    assert "<img" not in html_of(page).split("<main")[1]


def test_it_shows_the_departments_logo(client):
    page = html_of(page_of(client, make_job(make_department(logo=f"logos/{'0' * 32}.png"))))
    assert f'<img class="logo" src="/media/logos/{"0" * 32}.png" alt=""' in page


def test_it_says_the_number_that_the_opening_has_where_it_came_from(client):
    assert "Job number: 512345 (City jobs)" in text_of(
        page_of(client, make_job(source="City jobs", external_id="512345"))
    )
    assert "Job number: A-7" in text_of(page_of(client, make_job(external_id="A-7")))
    assert "Job number" not in text_of(page_of(client, make_job()))
    assert "Job number" not in text_of(page_of(client, make_job(is_sample=True, source="samples", external_id="1")))


# Withdrawn


def test_a_withdrawn_opening_is_gone_and_says_so(client):
    page = page_of(client, make_job(title="Officer", status="withdrawn"), status=410)
    assert "This opening has been withdrawn." in text_of(page)
    assert "only staff see it" not in text_of(page)
    assert NOINDEX in html_of(page)


def test_a_withdrawn_opening_offers_no_way_to_apply(client):
    html = html_of(page_of(client, make_job(status="withdrawn", **SECRETS), status=410))
    assert "How to apply" not in html
    for secret in SECRETS.values():
        assert secret not in html


def test_a_withdrawn_opening_shows_what_is_open_nearby(client):
    here = make_department("Here", at=(41.14, -73.36))
    make_job(make_department("Near", at=(41.2, -73.36)), title="Near officer")
    assert "Open nearby Near officer" in text_of(page_of(client, make_job(here, status="withdrawn"), status=410))


def test_a_withdrawn_opening_that_nobody_ever_saw_is_not_found(client):
    page_of(client, planned(status="withdrawn"), status=404)


# What the public does not see


HIDDEN = {
    "a draft": lambda: make_job(title="Secret", status="draft"),
    "planned": lambda: planned(title="Secret"),
    "a planned draft": lambda: planned(title="Secret", status="draft"),
    "a closed draft": lambda: closed(title="Secret", status="draft"),
    "an opening of a draft department": lambda: make_job(make_department(status="draft"), title="Secret"),
    "a closed opening of a draft department": lambda: closed(make_department(status="draft"), title="Secret"),
    "a withdrawn opening of a draft department": lambda: make_job(
        make_department(status="draft"), title="Secret", status="withdrawn"
    ),
}


@pytest.mark.parametrize("kind", HIDDEN)
def test_the_public_does_not_find_it(client, kind):
    assert "Secret" not in html_of(page_of(client, HIDDEN[kind](), status=404))


@pytest.mark.parametrize("kind", HIDDEN)
def test_a_signed_in_visitor_who_is_not_staff_does_not_find_it(client, django_user_model, kind):
    client.force_login(django_user_model.objects.create_user("dora"))
    page_of(client, HIDDEN[kind](), status=404)


@pytest.mark.parametrize("person", [make_alice, make_bob, make_charlie])
@pytest.mark.parametrize(
    ("kind", "notice"),
    [
        ("a draft", "This is a draft: only staff see it."),
        ("planned", "This opening is not open yet. It opens on May 1, 2090."),
        ("a planned draft", "This is a draft: only staff see it."),
        ("a closed draft", "This is a draft: only staff see it."),
        ("an opening of a draft department", "This is a draft: only staff see it."),
        ("a closed opening of a draft department", "This is a draft: only staff see it."),
    ],
)
def test_staff_see_it_with_a_notice_and_no_way_to_apply(client, kind, notice, person):
    client.force_login(person())
    page = page_of(client, HIDDEN[kind]())
    assert notice in text_of(page)
    assert "Secret" in text_of(page)
    assert "How to apply" not in text_of(page)
    assert NOINDEX in html_of(page)


def test_staff_who_have_left_see_no_more_than_the_public(client):
    charlie = make_charlie()
    client.force_login(charlie)
    job = make_job(status="draft")
    page_of(client, job)
    charlie.is_active = False
    charlie.save()
    page_of(client, job, status=404)


# Samples


def test_a_sample_says_plainly_that_it_is_none_and_is_not_indexed(client):
    page = page_of(client, make_job(is_sample=True))
    assert "Sample: not a real vacancy. It shows how this site works." in text_of(page)
    assert NOINDEX in html_of(page)


def test_a_closed_sample_says_both(client):
    text = text_of(page_of(client, closed(is_sample=True)))
    assert "Sample: not a real vacancy." in text
    assert "This opening is closed." in text


def test_samples_nearby_are_marked(client):
    here = make_department("Here", at=(41.14, -73.36))
    make_job(make_department("Near", at=(41.2, -73.36)), title="Invented officer", is_sample=True)
    assert "Invented officer Sample: not a real vacancy" in text_of(page_of(client, closed(here)))
