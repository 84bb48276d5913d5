"""axe-core finds nothing on the pages of the admin, as in test_axe. Department and job forms are in other tests."""

from axe_playwright_python.sync_playwright import Axe
from django.contrib import admin
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from policeapp.accounts.models import AuditEvent

from .. import factories
from ..admin import page as page_of
from .conftest import go
from .test_axe import ALL, COLORS, RUN


def make_everything():
    """Create a row for each list. Return the URLs of other pages of the admin."""
    department = factories.make_department()
    job, claim = factories.make_job(department), factories.make_claim(department)
    bob = factories.make_bob(department)
    factories.make_invitation(department)
    factories.make_specialization()
    factories.make_place()
    factories.make_jurisdiction(departments=[department])
    factories.make_alert(department=department)
    group = Group.objects.create(name="Importers")
    event = AuditEvent.objects.create(kind="signed in", email="bob@example.com")
    report = factories.make_import().report | {"rejections": [("zip", "No ZIP code.", 1, 2)]}
    rows = b"line,rejected_why,zip\n2,No ZIP code.,x\n"
    upload = factories.make_import(rejects=rows, conflicts=rows, report=report)
    changed = [page_of(thing) for thing in (claim, bob, group, event, upload)]
    asked = [
        page_of(department, "delete"),
        page_of(job, "delete"),
        page_of(job, "history"),
        page_of(department, "team"),
    ]
    return [*changed, *asked, "/admin/policeapp/import/add/", "/admin/policeapp/user/add/", "/admin/help/"]


def test_it_finds_nothing_on_lists_and_other_pages_of_the_admin_and_they_fit(visit, session):
    page = visit(storage_state=session(factories.make_alice()))
    urls = make_everything()
    lists = [page_of(model, "list") for model in admin.site._registry]
    found = []
    for number, url in enumerate(["/admin/", *lists, *urls]):
        go(page, url)
        # The pages share their frame and their styles, so each is measured in one of four ways.
        width, scheme = (390, 1280)[number % 2], ("dark", "light")[number // 2 % 2]
        found += [f"{url}: {finding}" for finding in findings_of(page, width, scheme)]
        found += [f"{url}: too wide at {width} px" for width in (390, 1280) if is_too_wide(page, width)]
    assert not found, "\n".join(found)


def findings_of(page, width, scheme):
    """Return the findings of axe-core on the open page, at one width and in one color scheme."""
    page.evaluate(Axe().axe_script)
    # In a window as tall as the page, the buttons that stay in sight cover nothing.
    page.set_viewport_size({"width": width, "height": 4000})
    page.emulate_media(color_scheme=scheme)
    found = [*page.evaluate(RUN, [[], COLORS]), *page.evaluate(RUN, [ALL, COLORS])]
    return [f"{scheme}, {width} px: {finding}" for finding in found]


def is_too_wide(page, width):
    """Return whether the page, or a list on it, must be scrolled sideways."""
    page.set_viewport_size({"width": width, "height": 900})
    return page.evaluate(
        """() => [document.documentElement, ...document.querySelectorAll(".results")].some(
            element => element.scrollWidth > element.clientWidth)"""
    )


def test_today_means_the_day_of_the_chosen_department(visit, session):
    alaska = factories.make_department("Adak Police", city="Adak", state="AK", time_zone="America/Adak")
    page = visit(
        "/admin/jobs/job/add/", storage_state=session(factories.make_alice()), timezone_id="Pacific/Kiritimati"
    )
    page.get_by_role("combobox").first.click()
    page.locator(".select2-container--open").get_by_role("searchbox").fill("adak")
    page.get_by_role("option", name="Adak Police").click()
    expect(page.get_by_text("Times are in the department's time zone: H")).to_be_visible()  # HST or HDT
    page.locator(".field-opens_on").get_by_role("link", name="Today").click()
    assert page.get_by_label("Opens on").input_value() == str(factories.today(alaska))
    expect(page.get_by_text("server time")).to_have_count(0)
