"""An editor copies, previews and publishes a job, and later extends it and marks it as filled, with few actions."""

import re
from datetime import timedelta

from playwright.sync_api import expect

from .. import admin, factories
from .test_axe import WCAG, findings


def test_a_job_from_its_copy_until_it_is_filled(visit, session):
    own = factories.make_department("Own Police")
    old = factories.make_job(own, "Dispatcher", closes_on=own.today() - timedelta(days=2))
    page = visit(admin.page(old), storage_state=session(factories.make_bob(own)))
    page.get_by_role("link", name="Copy").click()
    page.get_by_label("Title").fill("Night Dispatcher")
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Preview the page").click()
    expect(popup.value.get_by_role("heading", name="Night Dispatcher")).to_be_visible()
    expect(popup.value.get_by_role("heading", name="How to apply")).to_be_visible()
    popup.value.close()
    expect(page.get_by_label("Title")).to_have_value("Night Dispatcher")
    page.get_by_role("button", name="Save and publish").first.click()
    expect(page.get_by_text("This job is on the site now.")).to_be_visible()

    page.get_by_role("checkbox", name=re.compile("Night Dispatcher")).check()
    page.get_by_label("Action:").select_option("Extend the deadline")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_label("New deadline")).to_have_value(str(own.today() + timedelta(days=14)))
    # Django's own parts have links that fade into their color of the other scheme.
    page.evaluate("document.querySelectorAll('#header, #nav-sidebar, .breadcrumbs').forEach(e => e.remove())")
    assert findings(page, WCAG) == []
    page.get_by_role("button", name="Extend the deadline").press("Enter")
    expect(page.get_by_text("1 job is given another deadline.")).to_be_visible()

    page.get_by_role("link", name="Night Dispatcher").first.click()
    page.get_by_role("button", name="Mark as filled").press("Enter")
    page.get_by_role("button", name="Mark as filled").press("Enter")
    expect(page.get_by_text("1 job is marked as filled.")).to_be_visible()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
