"""axe-core finds nothing on any page: no violation of WCAG 2.2 A and AA or of its best practices."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .. import factories
from .conftest import go
from .scenes import GROUPS

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ALL = [*WCAG, "best-practice"]
COLORS = ["color-contrast", "link-in-text-block"]

# Checks that axe-core leaves undecided ("incomplete") count as findings. axe-core takes lines for opaque boxes, so it
# cannot measure colors in and around a drawing: maps are hidden for the color rules, and test_maps measures them.
RUN = """async ([values, colors, undecided = true]) => {
    document.querySelectorAll("figure svg").forEach(e => { e.style.visibility = values.length ? "" : "hidden" });
    const runOnly = values.length ? {type: "tag", values} : {type: "rule", values: colors};
    const rules = values.length ? Object.fromEntries(colors.map(rule => [rule, {enabled: false}])) : {};
    const options = {runOnly, rules, resultTypes: ["violations", "incomplete"], preload: false};
    const results = await axe.run(options);
    return [...results.violations, ...(undecided ? results.incomplete : [])].flatMap(
        finding => finding.nodes.map(node => `${finding.id} at ${node.target}: ${node.failureSummary || ""}`));
}"""

# Wide pages show the content of these closed <details>, but axe-core takes it for hidden.
UNFOLD = """() => document.querySelectorAll(".fold").forEach(e => { e.open = true })"""


def findings(page, tags=ALL, undecided=True):
    """Return the findings of axe-core on the open page: in light and dark mode, at phone and desktop widths.

    ``undecided`` includes what axe-core can't decide, such as colors on the icons of Django's admin.
    """
    page.evaluate(Axe().axe_script)
    found = []
    # A color scheme changes only colors, and a width everything else, so not all combinations are needed.
    for width, schemes in ((390, ("dark", "light")), (1280, ())):
        page.set_viewport_size({"width": width, "height": 900})
        if width == 1280:
            page.evaluate(UNFOLD)
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            found += [f"{scheme}, {width} px: {finding}" for finding in page.evaluate(RUN, [[], COLORS, undecided])]
        found += [f"{width} px: {finding}" for finding in page.evaluate(RUN, [tags, COLORS, undecided])]
    return found


@pytest.mark.parametrize("group", GROUPS)
def test_it_finds_nothing_on_any_public_page(visit, session, scenes, group):
    visitor = visit()
    staff = visit(storage_state=session(factories.make_alice()))
    found = []
    for scene in scenes(group):
        page = staff if scene.staff else visitor
        scene.enter(page)
        found += [f"{scene}: {finding}" for finding in findings(page)]
    assert not found, "\n".join(found)


def test_it_finds_nothing_on_an_empty_site(visit):
    page = visit()
    found = []
    for path in ("/", "/departments/", "/departments/ct/", "/jobs/"):
        go(page, path)
        found += [f"{path}: {finding}" for finding in findings(page)]
    assert not found, "\n".join(found)


def test_it_finds_nothing_when_the_search_for_jobs_is_chosen(visit):
    page = visit("/")
    page.get_by_role("radio", name="Jobs").check()
    expect(page.get_by_label("ZIP, city or job title")).to_be_visible()
    assert findings(page) == []


def test_it_finds_nothing_when_the_location_is_denied(visit):
    page = visit("/jobs/")
    page.get_by_role("button", name="Use my location").click()
    expect(page.get_by_text("Enter a ZIP code or a town instead.")).to_be_visible()
    assert findings(page) == []


def test_it_finds_nothing_on_the_login_page(visit):
    assert findings(visit("/admin/login/")) == []


@pytest.mark.parametrize("make_person", [factories.make_bob, factories.make_rita, lambda _own: factories.make_alice()])
def test_it_finds_nothing_on_the_front_page_of_the_admin(visit, session, make_person):
    own = factories.make_department()
    factories.make_job(own, "Dispatcher", closes_on=factories.tomorrow(own))
    factories.make_job(own)
    factories.make_claim(own)
    factories.make_import()
    page = visit("/admin/", storage_state=session(make_person(own)))
    assert findings(page) == []


def test_it_finds_nothing_on_the_rate_limit_pages(visit, settings, monkeypatch):
    settings.UNCACHED_PAGE_LIMIT, settings.AXES_FAILURE_LIMIT = 10, 1
    monkeypatch.setattr("policeapp.operations.rate_limits.count_uncached", lambda client: False)
    page = visit("/jobs/?q=officer", status=429)
    assert findings(page) == []
    go(page, "/admin/login/")
    page.get_by_label("Email address").fill("alice@example.com")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Too many failed sign-ins")).to_be_visible()
    assert findings(page) == []


def test_it_finds_nothing_on_the_csrf_failure_page(visit):
    page = visit("/admin/login/")
    page.context.clear_cookies()
    page.get_by_label("Email address").fill("alice@example.com")
    page.get_by_label("Password").fill("alice-password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Please send the form again")).to_be_visible()
    assert findings(page) == []
