"""The head of every public page: its data for search engines and for previews of shared links.

An indexed page has a canonical URL, a description and Open Graph tags. All other pages have noindex and none of these.
"""

import json
import re
from collections import Counter
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.templatetags.static import static
from hypothesis import given
from hypothesis import strategies as st

from jobs.models import Job
from policeapp.templatetags.site import json_ld, plain_text
from policeapp.web.structured_data import as_json

from ... import whole_site
from ...factories import make_alice, make_department, make_job, make_specialization
from ...structured_data import nodes_in, nodes_of
from ...whole_site import Markup

pytestmark = pytest.mark.any_engine

# The indexed pages of whole_site: (path or its beginning, state). All others have noindex: search results, later pages
# of lists, and pages that are empty, missing, closed or samples.
LISTED = {
    ("/", "nothing loaded"),
    ("/departments/", "nothing loaded"),
    ("/jobs/", "nothing loaded"),
    ("/", "full"),
    ("/", "too many parameters"),
    ("/departments/", "first page"),
    ("/departments/", "first page, from a later one"),
    ("/departments/ct/", "with counties"),
    ("/departments/a-to-z/0-9/", "with a department"),
    ("/departments/vt/a-to-z/0-9/", "with a department"),
    ("/departments/ct/county/7/", "with departments"),
    ("/departments/ct/full/", "everything known"),
    ("/departments/ct/hiring/", "with openings"),
    ("/departments/vt/bare/", "nothing known"),
    ("/privacy/", "always the same"),
    ("/accessibility/", "always the same"),
    ("/api/", "always the same"),
    ("/data/", "without the file"),
    ("/departments/compare/", "nothing chosen"),
    ("/jobs/compare/", "nothing chosen"),
    ("/jobs/", "first page"),
    ("/jobs/", "open"),
    ("/jobs/", "closing today"),
    ("/jobs/", "until filled"),
    ("/jobs/", "perhaps filled"),
}


def is_listed(page):
    path = urlsplit(page.url).path
    beginning = "/jobs/" if re.match(r"/jobs/\d", path) else path
    return (beginning, page.state) in LISTED


class Head:
    """The head of a page. Except for ``title``, each attribute has lists of all values; ``og`` has them by property."""

    def __init__(self, response):
        page = response.content.decode()
        markup = Markup(page)
        metas = [attributes for tag, attributes in markup.tags if tag == "meta"]
        links = [attributes for tag, attributes in markup.tags if tag == "link"]
        self.title = unescape(re.search("<title>(.*?)</title>", page, re.S)[1])
        self.canonical = [link["href"] for link in links if link.get("rel") == "canonical"]
        self.robots = [meta["content"] for meta in metas if meta.get("name") == "robots"]
        self.description = [meta["content"] for meta in metas if meta.get("name") == "description"]
        self.og = {}
        for meta in metas:
            if name := meta.get("property", meta.get("name") if meta.get("name", "").startswith("twitter:") else None):
                self.og.setdefault(name, []).append(meta["content"])
        self.nodes = nodes_in(page)


@pytest.fixture(scope="module")
def heads(answers):
    """``[(page, Head)]`` of all public pages except redirects."""
    return [(page, Head(response)) for page, response in answers if page.status != 301]


def test_every_public_page_is_indexed_or_has_noindex(heads):
    seen = set()
    for page, head in heads:
        if is_listed(page):
            assert head.robots == [], str(page)
            seen.add(page.state)
        else:
            assert head.robots in (["noindex"], ["noindex, follow"]), str(page)
    assert seen == {state for _, state in LISTED}


def test_links_on_unlisted_pages_are_followed(heads):
    lists = {path for path, _ in LISTED}
    for page, head in heads:
        path, _, query = page.url.partition("?")
        if path in lists and query and page.status == 200 and not is_listed(page):
            assert head.robots == ["noindex, follow"], str(page)


def test_an_indexed_page_has_a_canonical_url_without_query_string(heads):
    for page, head in heads:
        address = f"https://police.example.org{page.url.partition('?')[0]}"
        assert head.canonical == ([address] if is_listed(page) else []), str(page)


def test_an_indexed_page_has_open_graph_tags(heads):
    for page, head in filter(lambda each: is_listed(each[0]), heads):
        image = head.og.pop("og:image", [])
        has_logo = page.state == "everything known"
        assert head.og == {
            "og:type": ["website"],
            "og:site_name": ["PoliceApp"],
            "og:title": [head.title.removesuffix(" - PoliceApp")],
            "og:description": head.description,
            "og:url": head.canonical,
            "twitter:card": ["summary" if has_logo else "summary_large_image"],
        }, str(page)
        assert head.description != [""] and head.title != " - PoliceApp"
        path = f"/media/logos/{'0' * 32}.png" if has_logo else static("img/share.png")
        assert image == [f"https://police.example.org{path}"], str(page)


def test_indexed_pages_have_different_titles_and_descriptions(heads):
    full = [(page, head) for page, head in heads if page not in whole_site.EMPTY_SITE]
    descriptions = [(head.title, *head.description) for page, head in full if is_listed(page) and "?" not in page.url]
    assert len(descriptions) == len(set(descriptions)) > 10


SEARCHES = ["", "q=officer", "q=clerk", "q=06880", "near=06880&within=50", "near=06880&within=any", "near=Atlantis"]
SEARCHES += ["q=officer&near=06880", "near=Springfield", "q=Springfield", "state=CT", "state=NY", "state=CT&q=officer"]
SEARCHES += ["sort=distance&near=06880", "page=2", "page=3", "q=police&page=2", "state=CT&page=2"]
JOB_SEARCHES = ["kind=lateral", "kind=cadet", "pay=50000", "pay=60%2C000", "sort=pay", "sort=newest&q=officer"]
DEPARTMENT_SEARCHES = ["kind=sheriff", "specialization=k-9-unit", "hiring=on", "sort=name", "sort=population"]
COMPARISONS = ["", "d=ct/department-1", "d=ct/department-1&d=ct/department-2"]


def test_every_search_and_comparison_has_a_title_of_its_own(client, places):
    make_specialization()
    for number in range(45):
        make_job(make_department(f"Department {number} Police", slug=f"department-{number}"))
    jobs = [f"j={pk}" for pk in Job.objects.values_list("pk", flat=True)[:3]]
    urls = [f"/jobs/?{query}" for query in SEARCHES + JOB_SEARCHES]
    urls += [f"/departments/?{query}" for query in SEARCHES + DEPARTMENT_SEARCHES]
    urls += [f"/departments/compare/?{query}" for query in COMPARISONS]
    urls += [f"/jobs/compare/?{query}" for query in ["", *jobs, "&".join(jobs)]]
    urls += ["/departments/ct/", "/departments/ct/?page=2", "/departments/a-to-z/d/", "/departments/a-to-z/d/?page=2"]
    titles = {url: Head(client.get(url)).title for url in urls}
    assert [title for title, number in Counter(titles.values()).items() if number > 1] == []


@pytest.mark.parametrize(
    ("url", "title"),
    [
        ("/jobs/?q=officer&near=06880&page=1", "Police jobs: “officer”, within 25 miles of Westport, CT 06880"),
        ("/jobs/?q=Norwalk", "Police jobs: within 25 miles of Norwalk, CT"),
        ("/jobs/?kind=lateral&pay=$60,000", "Police jobs: Lateral or certified officer, Minimum yearly pay: 60,000"),
        ("/jobs/?kind=wizard&pay=much&within=33", "Police jobs"),
        ("/jobs/?q=%3Cb%3E", "Police jobs: “<b>”"),
        (
            "/departments/?state=CT&hiring=on&near=06880&within=any",
            "Police departments: nearest to Westport, CT 06880, Connecticut, Hiring now",
        ),
        ("/departments/?state=CT&sort=name", "Police departments: Connecticut, Sort by: Name"),
        ("/departments/?near=Atlantis", "Police departments: Atlantis"),
    ],
)
def test_the_title_of_a_search_says_what_was_searched_for(client, places, url, title):
    assert Head(client.get(url)).title == f"{title} - PoliceApp"


def test_the_description_of_a_department_has_only_what_its_page_has(client, db):
    bare = make_department("Bare Police", city="", state="VT")
    assert Head(client.get(bare.get_absolute_url())).description == ["Bare Police in Vermont."]
    known = make_department(
        "Westport Police", chief_name="Kim Example", street1="50 Jesup Road", phone="203-341-6000", sworn_officers=64
    )
    known.population = 27_840
    known.save()
    make_job(known)
    expected = "Westport Police in Westport, CT. Chief: Kim Example. Address: 50 Jesup Road. Phone: 203-341-6000. "
    expected += "Officers: 64. Population served: 27,840. Open jobs: 1."
    assert Head(client.get(known.get_absolute_url())).description == [expected]


def test_the_description_of_a_job_has_only_what_its_page_has(client, db):
    department = make_department("Westport Police")
    job = make_job(department, "Officer")
    expected = "Officer at the Westport Police in Westport, CT. Entry-level officer · Full time"
    assert Head(client.get(job.get_absolute_url())).description == [f"{expected} · open until filled"]
    job = make_job(department, "Officer", pay_min=64_000)
    expected += " · from $64,000 a year · open until filled"
    assert Head(client.get(job.get_absolute_url())).description == [expected]


def test_a_noindex_page_has_none_of_them(heads):
    for page, head in heads:
        if not is_listed(page):
            assert (head.og, head.nodes) == ({}, {}), str(page)


def test_every_kind_of_page_has_the_right_structured_data(heads):
    kinds = {
        r"/$": {"WebSite"},
        r"/departments/$": set(),
        r"/jobs/$": set(),
        r"/(departments|jobs)/compare/$": set(),
        r"/(privacy|accessibility|api|data)/$": set(),
        r"/departments/(a-to-z|..)/": {"BreadcrumbList"},
        r"/departments/../(full|hiring|bare)/": {"GovernmentOrganization", "BreadcrumbList"},
        r"/jobs/\d": {"JobPosting", "BreadcrumbList"},
    }
    for page, head in heads:
        if is_listed(page):
            *_, expected = (found for path, found in kinds.items() if re.match(path, page.url.partition("?")[0]))
            assert head.nodes.keys() == expected, str(page)


def test_previews_have_noindex(client, public_pages):
    client.force_login(make_alice())
    for page in whole_site.previews():
        head = Head(client.get(page.url))
        assert (head.robots, head.canonical, head.og, head.nodes) == (["noindex"], [], {}, {}), str(page)


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "127.0.0.1:8000", "TestServer"])
@pytest.mark.parametrize("secure", [True, False])
def test_the_canonical_url_has_the_host_and_scheme_of_the_site(client, db, settings, host, secure):
    settings.SITE_URL = "http://site.example.org:8080"
    head = Head(client.get("/departments/?", secure=secure, headers={"host": host}))
    assert head.canonical == head.og["og:url"] == ["http://site.example.org:8080/departments/"]


def test_the_host_of_the_request_is_on_no_public_page(client, public_pages):
    for page in public_pages:
        if page.url.startswith("/alerts/"):
            continue
        assert b"localhost" not in client.get(page.url, headers={"host": "localhost:1"}).content, str(page)


def test_the_canonical_url_has_no_tracking_parameters(client, db):
    make_department()
    for path in ("/", "/departments/ct/", "/departments/ct/westport-police-department/"):
        assert Head(client.get(path, {"utm_source": "mail"})).canonical == [f"https://police.example.org{path}"]


def test_a_job_has_the_logo_of_its_department(client, db):
    job = make_job(make_department(logo=f"logos/{'0' * 32}.png"))
    assert Head(client.get(job.get_absolute_url())).og["og:image"] == [
        f"https://police.example.org/media/logos/{'0' * 32}.png"
    ]


@pytest.mark.parametrize("name", ['"><script>alert(1)</script>', "' onload='alert(1)", "A &amp; B & C", "</title>"])
def test_names_are_escaped_in_the_head(client, db, name):
    head = Head(client.get(make_department(name, slug="odd").get_absolute_url()))
    assert head.title == f"{name}, Westport, CT - PoliceApp"
    assert head.og["og:title"] == [f"{name}, Westport, CT"]
    assert name in head.description[0]
    assert head.nodes["GovernmentOrganization"]["name"] == name


def test_the_home_page_describes_the_search(client, db):
    make_department("Westport Police Department")
    site = nodes_of(client.get("/"))["WebSite"]
    assert (site["name"], site["url"]) == ("PoliceApp", "https://police.example.org/")
    target = site["potentialAction"]["target"]["urlTemplate"]
    assert target == "https://police.example.org/departments/?q={search_term_string}"
    assert "Westport Police Department" in client.get(target.format(search_term_string="westport")).content.decode()


JSON = st.recursive(
    st.text() | st.booleans() | st.integers() | st.sampled_from(["</script>", "<!--", "\u2028", "\ud800", "]]>", "&"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(value=JSON)
def test_any_text_survives_the_script_element(value):
    written = as_json({"value": value})
    assert not re.search("[<>&\u2028\u2029]", written)
    [node] = [json.loads(script) for script in Markup(json_ld({"value": value})).scripts]
    assert node == {"@context": "https://schema.org", "value": value}


def test_numbers_that_json_does_not_have_are_rejected():
    with pytest.raises(ValueError):
        as_json({"value": float("nan")})


def test_a_block_becomes_plain_text_on_one_line():
    assert plain_text(" \n A &amp; B\n &lt;i&gt; &quot;c&quot; ") == 'A & B <i> "c"'
