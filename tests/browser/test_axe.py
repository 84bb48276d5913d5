"""No finding of axe-core, by the rules of WCAG 2.2 A and AA and its best practices, on any page in any state."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .. import factories
from .conftest import go
from .scenes import GROUPS

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ALL = [*WCAG, "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]

# What axe-core cannot decide by itself counts as well. Of colours in and around a drawing it can decide nothing, since
# it takes lines for opaque boxes: there the maps are left out, and test_maps measures them.
RUN = """async ([values, colours]) => {
    document.querySelectorAll("figure svg").forEach(e => { e.style.visibility = values.length ? "" : "hidden" });
    const runOnly = values.length ? {type: "tag", values} : {type: "rule", values: colours};
    const rules = values.length ? Object.fromEntries(colours.map(rule => [rule, {enabled: false}])) : {};
    const options = {runOnly, rules, resultTypes: ["violations", "incomplete"], preload: false};
    const results = await axe.run(options);
    return [...results.violations, ...results.incomplete].flatMap(
        finding => finding.nodes.map(node => `${finding.id} at ${node.target}: ${node.failureSummary || ""}`));
}"""


def findings(page, tags=ALL):
    """What axe-core has to say of the page as it is, light and dark, on a telephone and on a desk, one per line."""
    page.evaluate(Axe().axe_script)
    found = []
    # A scheme changes colours and nothing else; a width everything but colours, and larger text is easier to read.
    for width, schemes in ((390, ("dark", "light")), (1280, ())):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            found += [f"{scheme}, {width} px: {finding}" for finding in page.evaluate(RUN, [[], COLOURS])]
        found += [f"{width} px: {finding}" for finding in page.evaluate(RUN, [tags, COLOURS])]
    return found


@pytest.mark.parametrize("group", GROUPS)
def test_it_finds_nothing_on_any_page_in_any_state(visit, session, scenes, group):
    visitor = visit()
    staff = visit(storage_state=session(factories.make_charlie()))
    found = []
    for scene in scenes(group):
        page = staff if scene.staff else visitor
        scene.enter(page)
        found += [f"{scene}: {finding}" for finding in findings(page)]
    assert not found, "\n".join(found)


def test_it_finds_nothing_on_a_site_that_nobody_has_filled_yet(visit):
    page = visit()
    found = []
    for path in ("/", "/departments/", "/departments/ct/", "/jobs/"):
        go(page, path)
        found += [f"{path}: {finding}" for finding in findings(page)]
    assert not found, "\n".join(found)


def test_it_finds_nothing_when_the_device_does_not_tell_where_it_is(visit):
    page = visit("/jobs/")
    page.get_by_role("button", name="Use my location").click()
    expect(page.get_by_text("Type a ZIP code or a town instead.")).to_be_visible()
    assert findings(page) == []


def test_it_finds_nothing_where_staff_sign_in(visit):
    # Django's own page, which is not asked for more than the standard.
    assert findings(visit("/admin/login/"), WCAG) == []


def test_it_finds_nothing_on_the_pages_for_who_asks_too_often(visit, settings, monkeypatch):
    settings.SEARCH_LIMIT, settings.AXES_FAILURE_LIMIT = 10, 1
    monkeypatch.setattr("policeapp.operations.rate_limits.count_search", lambda client: False)
    page = visit("/jobs/?q=officer", status=429)
    assert findings(page) == []
    go(page, "/admin/login/")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Too many failed sign-ins")).to_be_visible()
    assert findings(page) == []


def test_it_finds_nothing_on_the_page_that_asks_to_send_a_form_again(visit):
    page = visit("/admin/login/")
    page.context.clear_cookies()
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("alice-password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Please send the form again")).to_be_visible()
    assert findings(page) == []
