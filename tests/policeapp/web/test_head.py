"""The head of every public page: its data for search engines and for previews of shared links.

An indexed page has a canonical URL, a description and Open Graph tags. All other pages have noindex and none of these.
"""

import json
import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policeapp.templatetags.site import json_ld, plain_text
from policeapp.web.structured_data import as_json

from ... import whole_site
from ...factories import make_alice, make_department, make_job
from ...structured_data import nodes_in, nodes_of
from ...whole_site import Markup

# The indexed pages of whole_site: (path or its beginning, state). All others have noindex: search results, later pages
# of lists, and pages that are empty, missing, closed or samples.
LISTED = {
    ("/", "nothing loaded"),
    ("/departments/", "nothing loaded"),
    ("/jobs/", "nothing loaded"),
    ("/", "full"),
    ("/", "too many parameters"),
    ("/departments/", "first page"),
    ("/departments/ct/", "with counties"),
    ("/departments/a-to-z/0-9/", "with a department"),
    ("/departments/vt/a-to-z/0-9/", "with a department"),
    ("/departments/ct/county/7/", "with departments"),
    ("/departments/ct/full/", "everything known"),
    ("/departments/ct/hiring/", "with openings"),
    ("/departments/vt/bare/", "nothing known"),
    ("/privacy/", "always the same"),
    ("/accessibility/", "always the same"),
    ("/departments/compare/", "nothing chosen"),
    ("/jobs/compare/", "nothing chosen"),
    ("/jobs/", "first page"),
    ("/jobs/", "open"),
    ("/jobs/", "closing today"),
    ("/jobs/", "until filled"),
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
        address = f"http://testserver{page.url.partition('?')[0]}"
        assert head.canonical == ([address] if is_listed(page) else []), str(page)


def test_an_indexed_page_has_open_graph_tags(heads):
    for page, head in filter(lambda each: is_listed(each[0]), heads):
        image = head.og.pop("og:image", [])
        assert head.og == {
            "og:type": ["website"],
            "og:site_name": ["PoliceApp"],
            "og:title": [head.title.removesuffix(" - PoliceApp")],
            "og:description": head.description,
            "og:url": head.canonical,
            "twitter:card": ["summary"],
        }, str(page)
        assert head.description != [""] and head.title != " - PoliceApp"
        has_logo = page.state == "everything known"
        assert image == ([f"http://testserver/media/logos/{'0' * 32}.png"] if has_logo else []), str(page)


def test_indexed_pages_have_different_titles_and_descriptions(heads):
    full = [(page, head) for page, head in heads if page not in whole_site.EMPTY_SITE]
    descriptions = [(head.title, *head.description) for page, head in full if is_listed(page) and "?" not in page.url]
    assert len(descriptions) == len(set(descriptions)) > 10


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
        r"/(privacy|accessibility)/$": set(),
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


def test_the_canonical_url_has_the_host_and_scheme_of_the_request(client, db):
    head = Head(client.get("/departments/?", secure=True, headers={"host": "localhost"}))
    assert head.canonical == head.og["og:url"] == ["https://localhost/departments/"]


def test_the_canonical_url_has_no_tracking_parameters(client, db):
    make_department()
    for path in ("/", "/departments/ct/", "/departments/ct/westport-police-department/"):
        assert Head(client.get(path, {"utm_source": "mail"})).canonical == [f"http://testserver{path}"]


def test_a_job_has_the_logo_of_its_department(client, db):
    job = make_job(make_department(logo=f"logos/{'0' * 32}.png"))
    assert Head(client.get(job.get_absolute_url())).og["og:image"] == [f"http://testserver/media/logos/{'0' * 32}.png"]


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
    assert (site["name"], site["url"]) == ("PoliceApp", "http://testserver/")
    target = site["potentialAction"]["target"]["urlTemplate"]
    assert target == "http://testserver/departments/?q={search_term_string}"
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
