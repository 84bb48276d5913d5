"""Garbage in URLs, parameters, headers and forms gives a page, a form error or a 4xx status, never an exception.

The test client raises the exceptions of views, so every request here fails the test if its view does.
"""

from urllib.parse import quote, unquote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ..factories import make_department, make_job, make_place, text_of

# These tests send thousands of requests to code that other tests cover.
pytestmark = pytest.mark.unmeasured

LOTS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

# {page: the parameters that it reads}. Tests also send others.
SEARCHES = {
    "/departments/": "q near within state kind specialization hiring sort page after before".split(),
    "/departments/suggest/": ["q"],
    "/departments/compare/": ["d", "q"],
    "/jobs/compare/": ["j", "q"],
    "/jobs/": "q near within state kind pay sort page".split(),
    "/jobs/feed/": "q near within state kind pay sort".split(),
    "/jobs/calendar/": "q near within state kind pay sort".split(),
    "/departments.csv": "q near within state kind specialization hiring sort".split(),
    "/api/v1/openings": "q near within state kind pay sort page".split(),
    "/api/v1/places": ["q"],
    "/jobs/eligible/": (
        "near within kind page age education certification certified_in experience_years citizenship licence".split()
    ),
    "/alerts/new/": "q near within state kind pay department".split(),
    "/departments/ct/": ["after", "before", "page"],
    "/departments/ct/county/fairfield/": ["after", "before", "page"],
    "/departments/a-to-z/w/": ["after", "before", "page"],
    "/departments/ct/a-to-z/w/": ["after", "before", "page"],
    "/sitemap.xml": ["p"],
    "/sitemap-ct.xml": ["p"],
    "/admin/login/": ["next"],
    "/": [],
    "/privacy/": [],
    "/accessibility/": [],
    "/robots.txt": [],
    "/favicon.ico": [],
    "/apple-touch-icon.png": [],
    "/healthz": [],
    "/readyz": [],
    "/departments/ct/westport-police-department/": [],
    "/departments/ct/westport-police-department/feed/": [],
    "/departments/ct/westport-police-department/calendar/": [],
}
# Feeds, calendars and data answer an invalid search with 400.
FEEDS = ("/jobs/feed/", "/jobs/calendar/", "/departments.csv", "/api/v1/openings", "/api/v1/places")

# Percent-encoded values. Some are not valid UTF-8.
NASTY = """
%00 a%00b %ED%A0%80 %FF%FE %C3 %F5%80%80%80 %E2%80%AE %E2%80%8F%D7%90 %F0%9F%91%AE%F0%9F%8F%BD %EF%BB%BF %1B %0D%0A
0 -1 1 %2B1 1e3 1e999 NaN -inf Infinity 0x10 1_000 1.5 %D9%A3 %EF%BC%91 %E2%91%A0 9223372036854775808 06880-1234 6880%20
-9223372036854775809 99999999999999999999999999 %25 _ %5C %5C%25 %27 %22 %3B-- %27%20OR%201=1 %28 %5B %2A .. %2F %20 +
41.14,-73.35 91,0 0,181 -90,-180 90,180 1e1,1e1 nan,nan 41.14, ,73 1,2,3 , ,, Westport,CT Westport,,CT ,CT CT a,b,c,d
Springfield Springfield,Nowhere any -25 distance on None %C2%A0 %CC%81 %C3%9F %EF%AC%80 st pd %27s %7B%7B1%7D%7D %25s
""".split()
NASTY += ["", "9" * 400, "-" + "9" * 5000, "x" * 101, "x" * 20_000, "%F0%9F%91%AE" * 300, "%00" * 200]

VALUES = (
    st.sampled_from(NASTY)
    | st.text(max_size=30).map(lambda text: quote(text.encode("utf-8", "surrogatepass")))
    | st.binary(max_size=20).map(quote)
    | st.lists(st.sampled_from(NASTY), max_size=4).map("".join)
    | st.integers().map(str)
    | st.floats().map(str)
)


def queries(names):
    """Return a strategy for query strings with any number of these and other parameters, in any order."""
    known = st.sampled_from([*names, *names, *names, "q", "near", "page", "unknown"])
    forged = st.tuples(known, st.sampled_from(["[]", "[0]", "[a]", "%00", "%5B%5D", ".x", "__in", "+", "%FF"])).map(
        "".join
    )
    name = st.one_of(known, known, known, forged, VALUES)
    parameter = st.tuples(name, st.sampled_from(["=", "=", "=", "", "=="]), VALUES).map("".join)
    return st.lists(parameter, max_size=6).flatmap(
        lambda parts: st.sampled_from("&&&&;?").map(lambda between: between.join(parts))
    )


@pytest.fixture
def site(westport, places):
    """A site with departments and openings to find."""
    make_job(westport, "Police Officer", pay_min=60_000)
    make_job(make_department("Norwalk Police Department", at=(41.1, -73.4), city="Norwalk", county="Fairfield"))
    make_place("O'Fallon", "MO", county="St. Charles County")


@pytest.mark.parametrize("url", SEARCHES)
def test_no_query_string_makes_a_page_fail(client, site, url):
    @given(query=queries(SEARCHES[url]))
    @example(query="&".join(f"{name}=%00" for name in SEARCHES[url]))
    @example(query="&".join(f"{name}={'9' * 5000}" for name in SEARCHES[url]))
    @example(query="&".join(f"{name}=%FF&{name}=%ED%A0%80" for name in SEARCHES[url]))
    @settings(LOTS, max_examples=25 if len(SEARCHES[url]) > 2 else 10)
    def ask(query):
        assert client.get(f"{url}?{query}").status_code in (200, 302, 400 if url in FEEDS else 404, 404, 503)

    ask()


@pytest.mark.parametrize(
    ("url", "name"),
    [("/departments/", name) for name in ("specialization", "page")]
    + [("/jobs/", name) for name in ("q", "near", "pay")]
    + [("/jobs/eligible/", name) for name in ("age",)]
    + [("/alerts/new/", "department")],
)
def test_no_value_of_a_parameter_makes_a_search_fail(client, site, url, name):
    """Only one of the choice fields is tested, because they all work the same."""
    for value in NASTY:
        assert client.get(f"{url}?{name}={value}").status_code in ((200, 404) if name == "page" else (200,)), value


@pytest.mark.parametrize(("url", "name"), [(FEEDS[0], "q"), (FEEDS[1], "near")])
def test_no_value_of_a_parameter_makes_a_feed_or_a_calendar_fail(client, site, url, name):
    for value in NASTY:
        page, program = (client.get(f"{path}?{name}={value}") for path in ("/jobs/", url))
        assert program.status_code == (400 if 'class="error"' in page.content.decode() else 200), value


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("/departments/?within=7", "Select a valid choice. 7 is not one of the available choices."),
        ("/departments/?state=ZZ", "Select a valid choice. ZZ is not one of the available choices."),
        ("/departments/?kind=nonsense", "Select a valid choice. nonsense is not one of the available choices."),
        ("/departments/?specialization=nonsense", "Select a valid choice."),
        ("/departments/?sort=nonsense", "Select a valid choice."),
        ("/departments/?sort=distance", "Enter a place to sort by distance."),
        ("/departments/?near=Atlantis", "We don't know “Atlantis”. Try a ZIP code"),
        ("/departments/?near=00000", "We don't know “00000”. Try a ZIP code"),
        ("/departments/?near=91,0", "We don't know “91,0”."),
        ("/departments/?near=nan,nan", "We don't know “nan,nan”."),
        ("/departments/?q=" + "x" * 101, "Ensure this value has at most 100 characters (it has 101)."),
        ("/departments/?q=%00", "Null characters are not allowed."),
        ("/jobs/?near=%00", "Null characters are not allowed."),
        ("/jobs/?pay=-1", "Ensure this value is greater than or equal to 0."),
        ("/jobs/?pay=99999999999", "Ensure this value is less than or equal to 10000000."),
        ("/jobs/?pay=plenty", "Enter a whole number."),
        ("/jobs/?pay=NaN", "Enter a whole number."),
        ("/jobs/?pay=inf", "Enter a whole number."),
        ("/jobs/?pay=1e5", "Enter a whole number."),
    ],
)
def test_invalid_searches_are_form_errors(client, site, url, message):
    response = client.get(url)
    assert response.status_code == 200
    assert message in text_of(response)
    assert 'class="error"' in response.content.decode()
    # An invalid search shows no results.
    assert "Norwalk Police Department" not in text_of(response)


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "1.5", "NaN", "%00", "9" * 400, "%D9%A9"])
@pytest.mark.parametrize("url", ["/departments/", "/jobs/", "/departments/ct/", "/departments/ct/county/fairfield/"])
def test_a_missing_page_of_results_is_404(client, site, url, page):
    assert client.get(f"{url}?page={page}").status_code == 404


@pytest.mark.parametrize("words", ["We_tport", "We%25port", "We%25", "Westp?rt", "Westp*rt", "West%5C%25", "_", "%25"])
def test_database_wildcards_have_no_effect(client, site, words):
    """They only separate words."""
    found = text_of(client.get(f"/departments/?q={words}"))
    plain = quote(unquote(words).translate(dict.fromkeys(map(ord, "_%?*\\"), " ")))
    assert found.count("Police Department") == text_of(client.get(f"/departments/?q={plain}")).count(
        "Police Department"
    )
    assert ("Westport Police Department" in found) == (words in ("We%25", "West%5C%25", "_", "%25"))


def test_unknown_parameters_are_ignored(client, site):
    plain = text_of(client.get("/departments/?q=norwalk"))
    assert "Norwalk Police Department" in plain
    assert text_of(client.get("/departments/?q=norwalk&unknown=1&utm_source=x&q[]=y&near[]=z")) == plain


def test_the_last_value_of_a_repeated_parameter_is_used(client, site):
    page = text_of(client.get("/departments/?q=nothing&q=norwalk"))
    assert "Norwalk Police Department" in page


def test_the_search_box_repeats_the_text_escaped(client, site):
    typed = "\"><script>alert(1)</script>'&lt;"
    html = client.get("/jobs/", {"q": typed, "near": typed}).content.decode()
    assert "<script>alert" not in html
    assert html.count("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#x27;&amp;lt;") >= 2


SEGMENTS = st.one_of(
    st.sampled_from(
        (
            "departments jobs admin media logos static ct CT zz county fairfield westport-police-department healthz "
            "sitemap.xml robots.txt .. . %2e%2e %2e %2F %5C ..%2f ~ * ; , : @ %00 %0a %ff %ed%a0%80 1-x 0-x -1-x 1- -"
        ).split()
        + ["9" * 400 + "-x", "99999999999999999999-x", "9223372036854775808-x", "x" * 3000, "1-" + "x" * 3000, "", " "]
    ),
    VALUES,
)
PATHS = st.lists(SEGMENTS, max_size=6).map(lambda parts: "/" + "/".join(parts)) | st.builds(
    "".join,
    st.tuples(
        st.sampled_from(
            ["/departments/", "/jobs/", "/departments/ct/", "/alerts/manage/", "/media/logos/", "/static/"]
        ),
        SEGMENTS,
        st.sampled_from(["", "/"]),
    ),
)


@given(path=PATHS)
@settings(LOTS, max_examples=60)
def test_no_path_makes_the_site_fail(client, site, path):
    response = client.get(path)
    assert response.status_code in (200, 301, 302, 404, 410), path
    if response.status_code in (301, 302):
        # Redirects stay on the site. Browsers would take "//x" for a host.
        assert response["Location"].startswith("/") and not response["Location"].startswith("//")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/jobs/99999999999999999999-x/", 404),
        ("/jobs/9223372036854775808-x/", 404),
        (f"/jobs/{'9' * 4000}-x/", 404),
        (f"/jobs/{'9' * 5000}-x/", 404),
        ("/jobs/0-x/", 404),
        ("/jobs/9223372036854775808-x/calendar/", 404),
        ("/jobs/1-%00/calendar/", 404),
        ("/departments/ct/%00/feed/", 404),
        ("/departments/zz/westport-police-department/calendar/", 404),
        ("/jobs/-1-x/", 404),
        ("/jobs/1.5-x/", 404),
        ("/jobs/%D9%A3-x/", 404),
        ("/jobs/1-%00/", 404),
        ("/departments/c%00/", 404),
        ("/departments/ct/%00/", 404),
        ("/departments/ct/westport%00/", 404),
        ("/departments/%ff%fe/", 404),
        ("/departments/ct/county/%25/", 404),
        ("/departments/ct/county/fairfield%2F/", 404),
        ("/departments/ct%2Fwestport-police-department/", 200),
        ("/departments/../jobs/", 404),
        ("/departments/ſt/", 404),
        ("/departments/" + "x" * 10_000, 404),
        ("/%2f%2felsewhere.example", 404),
        ("/static/../manage.py", 404),
        ("/static/%2e%2e/%2e%2e/manage.py", 404),
        ("/static/css/", 404),
        ("/static/", 404),
    ],
)
def test_unknown_paths_are_404(client, site, path, status):
    assert client.get(path).status_code == status


@given(
    name=st.sampled_from(
        "HTTP_ACCEPT HTTP_ACCEPT_ENCODING HTTP_ACCEPT_LANGUAGE HTTP_COOKIE HTTP_RANGE HTTP_REFERER HTTP_ORIGIN "
        "HTTP_IF_MODIFIED_SINCE HTTP_IF_NONE_MATCH HTTP_USER_AGENT HTTP_X_FORWARDED_FOR HTTP_X_REQUESTED_WITH "
        "CONTENT_TYPE CONTENT_LENGTH HTTP_X_FORWARDED_PROTO HTTP_FORWARDED REMOTE_ADDR".split()
    ),
    value=st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40)
    | st.sampled_from(
        ["sessionid=%00", "sessionid=" + "x" * 5000, "csrftoken=é", "=", ";;", "bytes=9-1", "gzip;q=x", "*"]
    ),
)
@settings(LOTS)
def test_no_header_makes_the_site_fail(client, site, name, value):
    for url in ("/jobs/", "/admin/"):
        assert client.get(url, **{name: value}).status_code in (200, 302, 304), url


@given(host=st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=30))
@settings(LOTS, max_examples=30)
def test_a_wrong_host_is_a_bad_request(client, site, host):
    for url in ("/", "/robots.txt", "/sitemap.xml", "/admin/"):
        response = client.get(url, HTTP_HOST=host)
        assert response.status_code == 400 or host.partition(":")[0] in ("testserver", "localhost", "127.0.0.1", "")


@given(name=VALUES, password=VALUES, next_page=VALUES)
@settings(LOTS, max_examples=30)
def test_no_name_and_no_password_makes_signing_in_fail(client, site, name, password, next_page):
    body = f"login={name}&password={password}&next={next_page}"
    response = client.post("/admin/login/", body, content_type="application/x-www-form-urlencoded")
    # 429 after too many failures.
    assert response.status_code in (200, 429)


@given(values=st.dictionaries(st.sampled_from("email frequency homepage shown csrfmiddlewaretoken".split()), VALUES))
@settings(LOTS, max_examples=30)
def test_no_form_for_an_alert_makes_the_site_fail(client, site, values):
    body = "&".join(f"{name}={value}" for name, value in values.items())
    response = client.post("/alerts/new/", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code in (200, 429)
