"""The admin's forms: what a clerk does with the keyboard, what mistakes lead to, and what works without scripts."""

import pytest
from playwright.sync_api import expect

from .. import factories
from ..admin import page as page_of
from .conftest import go
from .test_axe import WCAG, findings
from .test_keyboard import tab_to


@pytest.fixture
def department(transactional_db):
    department = factories.make_department("Own Police", chief_name="Ann Chief", at=(41.1, -73.4))
    factories.list_specializations(department, "Bike Patrol", "Drone", "K-9 Unit")
    for name in ("Marine Unit", "Mounted Unit", "SWAT/Tactical"):
        factories.make_specialization(name)
    for name in ("Operations", "Support"):
        factories.make_division(department, name)
    return department


def names(department):
    return [str(listed) for listed in department.listed_specializations.all()]


def unfold(page, heading):
    """Open a folded section with the keyboard."""
    tab_to(page, page.locator("summary", has=page.get_by_role("heading", name=heading, exact=True)))
    page.keyboard.press("Enter")


def press(page, button):
    tab_to(page, page.get_by_role("button", name=button, exact=True))
    page.keyboard.press("Enter")


def test_specializations_and_divisions_are_put_in_order_without_a_mouse(visit, session, department):
    page = visit(page_of(department), storage_state=session(factories.make_bob(department)))
    expect(page.get_by_label("Logo:", exact=True)).to_be_focused()

    unfold(page, "Specializations")
    press(page, "Move Drone up")
    expect(page.get_by_role("button", name="Move Drone up")).to_be_focused()
    tab_to(page, page.get_by_text("Add from the list (3)"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Search the list"))
    page.keyboard.type("unit mar")
    expect(page.get_by_label("Mounted Unit", exact=True)).to_be_hidden()
    tab_to(page, page.get_by_label("Marine Unit", exact=True))
    page.keyboard.press("Space")
    page.get_by_role("button", name="Move Marine Unit up").press("Enter")
    unfold(page, "Divisions")
    press(page, "Move Support up")
    page.get_by_role("textbox", name="City").press("Enter")

    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert names(department) == ["Drone", "Bike Patrol", "Marine Unit", "K-9 Unit"]
    assert [division.name for division in department.divisions.all()] == ["Support", "Operations"]


def test_a_row_that_is_added_and_moved_is_saved_in_its_place(visit, session, department):
    page = visit(f"{page_of(department)}#divisions-group", storage_state=session(factories.make_bob(department)))
    for name in ("Records", "Oops"):
        page.get_by_role("button", name="Add another Division").click()
        page.locator("#divisions-group .dynamic-divisions").last.get_by_label("Name").fill(name)
    for _ in range(2):
        page.locator("#divisions-2").get_by_role("button", name="Move division up").click()
    page.locator("#divisions-3").get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert [division.name for division in department.divisions.all()] == ["Records", "Operations", "Support"]


def test_errors_lead_to_their_fields(visit, session, department):
    page = visit(page_of(department), storage_state=session(factories.make_bob(department)))
    page.get_by_label("ZIP code").fill("688")
    unfold(page, "Officers and population")
    officers = page.get_by_label("Number of officers:", exact=True)
    officers.fill("200000")
    unfold(page, "Hiring steps")
    page.get_by_role("button", name="Add another Hiring step").click()
    step = page.locator("#hiring_steps-0")
    step.get_by_label("Step:").select_option("Oral board")
    step.get_by_label("Time:", exact=True).fill("9:00")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("Please correct the errors below.")).to_be_visible()
    expect(page.get_by_label("ZIP code")).to_be_focused()
    expect(officers).to_be_visible()
    assert findings(page, WCAG, undecided=False) == []
    page.get_by_role("link", name="Number of officers", exact=True).press("Enter")
    expect(officers).to_be_focused()
    page.get_by_role("link", name="Oral board: Time").press("Enter")
    expect(step.get_by_label("Time:", exact=True)).to_be_focused()


def test_order_and_folded_sections_work_without_scripts(visit, session, department):
    state = session(factories.make_bob(department))
    page = visit(page_of(department), storage_state=state, java_script_enabled=False)
    page.get_by_text("Specializations", exact=True).last.click()
    expect(page.get_by_role("button", name="Move Drone up")).to_be_hidden()
    page.get_by_label("Position of K-9 Unit").fill("1")
    page.get_by_label("Position of Bike Patrol").fill("3")
    page.get_by_label("Drone", exact=True).uncheck()
    page.get_by_text("Add from the list").click()
    page.get_by_label("Marine Unit", exact=True).check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert names(department) == ["K-9 Unit", "Bike Patrol", "Marine Unit"]


def test_long_names_and_folded_pickers_are_seen_as_a_whole(visit, session, department):
    job = factories.make_job(department, "Police Officer (Certified or Lateral Entry), Patrol Division, Nights")
    factories.make_requirements(job, minimum_age=21)
    page = visit(page_of(job), storage_state=session(factories.make_alice()))
    heading = page.get_by_role("heading", name=str(job))
    tools = page.get_by_role("link", name="History")
    assert tools.bounding_box()["y"] >= heading.bounding_box()["y"] + heading.bounding_box()["height"]
    assert page.get_by_label("Title").evaluate("field => field.scrollWidth <= field.clientWidth")
    expect(page.get_by_text("Requirements: Requirements")).to_be_hidden()
    go(page, page_of(department))
    unfold(page, "People")
    assert page.locator(".field-editors .select2-container").bounding_box()["width"] > 200
    go(page, page_of(factories.make_connector(department)))
    assert page.locator(".submit-row").count() == 1
    expect(page.get_by_role("button", name="Save and try it")).to_be_in_viewport()


def test_axe_finds_nothing_on_the_forms_of_departments_and_jobs(visit, session, department):
    job = factories.make_job(department)
    factories.make_step(job, "application")
    page = visit(storage_state=session(factories.make_alice()))
    found = []
    for path in (page_of(department), page_of(job)):
        go(page, path)
        page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true })")
        found += findings(page, WCAG, undecided=False)
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert not found, "\n".join(found)
