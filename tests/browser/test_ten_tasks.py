"""The commonest tasks of an editor with one department, in few actions and with only the keyboard."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from departments.models import Department
from jobs.models import Job

from .. import factories
from ..admin import page as page_of
from .conftest import go
from .test_admin_forms import names, press, unfold
from .test_admin_round_trip import picture
from .test_keyboard import tab_to

# A list of Word on the clipboard, and what other programs see of it. The page's policy forbids inline styles, which a
# browser would drop from what a page copies.
WORD = """<p class="MsoNormal">We <b>protect</b> our town:</p>
<ul><li class="MsoNormal">on patrol</li><li class="MsoNormal">at sea</li></ul>"""
PLAIN = "We protect our town:\n·\ton patrol\n·\tat sea"
COPY = """([html, text]) => navigator.clipboard.write([new ClipboardItem({
    "text/html": new Blob([html], {type: "text/html"}), "text/plain": new Blob([text], {type: "text/plain"})})])"""


@pytest.fixture
def department(transactional_db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    department = factories.make_department("Own Police", chief_name="Ann Chief", at=(41.1, -73.4))
    factories.list_specializations(department, "Bike Patrol", "Drone", "K-9 Unit")
    for name in ("Marine Unit", "SWAT/Tactical"):
        factories.make_specialization(name)
    return department


def follow(page, role, name, **options):
    """Press Enter on a link or a button that leads to another page."""
    tab_to(page, page.get_by_role(role, name=name, **options).first)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def type_into(page, label, text):
    tab_to(page, page.get_by_label(label))
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def test_an_editor_does_the_ten_commonest_tasks_with_the_keyboard(visit, session, department):
    page = visit("/admin/", storage_state=session(factories.make_bob(department)))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    follow(page, "link", "Edit the page")
    expect(page.get_by_role("heading", name="Own Police")).to_be_visible()
    change_the_department(page, department)
    undo_the_change_of_the_chief(page, department)

    go(page, "/admin/")
    job = add_a_job(page, department)
    extend(page, job)
    mark_as_filled(page, job)


def change_the_department(page, department):
    """Upload a logo, change the chief, add a specialization in its place and paste a text, in one form."""
    expect(page.get_by_label("Logo:", exact=True)).to_be_focused()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(picture())
    type_into(page, "Chief's name", "Ada Byron")

    unfold(page, "Specializations")
    tab_to(page, page.get_by_text("Add from the list (2)"))
    page.keyboard.press("Enter")
    type_into(page, "Search the list", "marine")
    tab_to(page, page.get_by_label("Marine Unit", exact=True))
    page.keyboard.press("Space")
    expect(page.get_by_label("Place of Marine Unit")).to_be_focused()
    page.keyboard.type("2")
    page.keyboard.press("Tab")

    unfold(page, "About and mission")
    tab_to(page, page.get_by_label("About:"))
    page.evaluate(COPY, [WORD, PLAIN])
    page.keyboard.press("Control+v")
    expect(page.get_by_label("About:")).to_have_value("We **protect** our town:\n\n- on patrol\n- at sea")
    with page.expect_navigation():
        page.keyboard.press("Control+s")

    saved = Department.objects.get(pk=department.pk)
    assert saved.logo and saved.chief_name == "Ada Byron"
    assert names(saved) == ["Bike Patrol", "Marine Unit", "Drone", "K-9 Unit"]
    assert "- on patrol\n- at sea" in saved.about


def undo_the_change_of_the_chief(page, department):
    follow(page, "link", "See what changed, or undo it.")
    follow(page, "button", "Restore Chief's name from before this change")
    expect(page.get_by_text("It is restored.")).to_be_visible()
    restored = Department.objects.get(pk=department.pk)
    assert restored.chief_name == "Ann Chief" and restored.logo


def add_a_job(page, department):
    follow(page, "link", "Add a job")
    closes_on = department.today() + timedelta(days=5)
    type_into(page, "Title", "Night Dispatcher")
    type_into(page, "Closes on", str(closes_on))
    type_into(page, "Description", "Answers calls.")
    type_into(page, "Application URL", "https://example.com/apply")
    with page.expect_popup() as popup:
        press(page, "Preview the page")
    expect(popup.value.get_by_role("heading", name="Night Dispatcher")).to_be_visible()
    expect(popup.value.get_by_role("heading", name="How to apply")).to_be_visible()
    assert not Job.objects.exists()
    popup.value.close()
    follow(page, "button", "Save and publish")
    job = Job.objects.open().get()
    assert (job.department, job.closes_on) == (department, closes_on)
    return job


def extend(page, job):
    go(page, "/admin/")
    follow(page, "button", re.compile("Extend the deadline.*Night Dispatcher"))
    expect(page.get_by_label("New deadline")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert Job.objects.open().get().closes_on == job.closes_on + timedelta(days=14)


def mark_as_filled(page, job):
    go(page, "/admin/")
    follow(page, "button", re.compile("Mark as filled.*Night Dispatcher"))
    follow(page, "button", "Mark as filled")
    go(page, job.get_absolute_url())
    expect(page.get_by_text("filled").first).to_be_visible()
    assert Job.objects.get().status == Job.Status.FILLED and not Job.objects.open().exists()


def test_specializations_are_put_in_order_and_saved_with_the_keyboard_without_scripts(visit, session, department):
    state = session(factories.make_bob(department))
    page = visit(page_of(department), storage_state=state, java_script_enabled=False)
    unfold(page, "Specializations")
    expect(page.get_by_label("Place of Drone")).to_be_hidden()
    for position, name in (("3", "Bike Patrol"), ("2", "Drone"), ("1", "K-9 Unit")):
        type_into(page, f"Position of {name}", position)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert names(department) == ["K-9 Unit", "Drone", "Bike Patrol"]
