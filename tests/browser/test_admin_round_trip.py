"""Administrators and editors in the admin: their changes appear on the site, and mistakes are explained."""

import re
from io import BytesIO

from PIL import Image
from playwright.sync_api import expect

from .. import factories

WESTPORT = "/departments/ct/westport-police-department/"


def sign_in(page, name):
    page.goto("/admin/")
    page.get_by_label("Email address").fill(f"{name}@example.com")
    page.get_by_label("Password").fill(f"{name}-password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="What would you like to change?")).to_be_visible()


def find_department(page, name):
    """Search the admin for departments, starting at its home page."""
    page.locator("#content-main").get_by_role("rowheader", name="Departments").get_by_role("link").click()
    page.get_by_role("textbox", name="Search").fill(name)
    page.get_by_role("button", name="Search").click()


def unfold(page, heading):
    page.locator("summary", has=page.get_by_role("heading", name=heading, exact=True)).click()


def add_another(page, group, label):
    """Add an empty form to an inline group, which is folded, and return it."""
    unfold(page, f"{label}s")
    page.locator(f"#{group}-group").get_by_role("button", name=f"Add another {label}").click()
    return page.locator(f"#{group}-group .dynamic-{group}").last


def save(page):
    page.get_by_role("button", name="Save", exact=True).first.click()


def picture(width=300, height=200):
    file = BytesIO()
    Image.new("RGB", (width, height), "navy").save(file, "PNG")
    return {"name": "our logo.png", "mimeType": "image/png", "buffer": file.getvalue()}


def test_changes_of_an_administrator_appear_on_the_site(visit, westport):
    factories.make_alice()
    factories.make_specialization("Marine Unit")
    page = visit()
    sign_in(page, "alice")
    find_department(page, "westport")
    page.get_by_role("link", name="Westport Police Department").click()

    page.get_by_label("Chief's name").fill("Ada Byron")
    page.get_by_label("Phone:", exact=True).fill("(203) 341 6100")
    page.get_by_label("Logo:", exact=True).set_input_files(picture())

    division = add_another(page, "divisions", "Division")
    division.get_by_label("Name").fill("Records")
    division.get_by_label("Responsibilities").fill("- The archive\n- The **front desk**")
    unit = add_another(page, "special_units", "Special unit")
    unit.get_by_label("Name").fill("Harbor Patrol")

    unfold(page, "Specializations")
    page.get_by_text("Add from the list").click()
    page.get_by_label("Search the list").fill("mari")
    page.get_by_label("Marine Unit", exact=True).check()

    save(page)
    expect(page.get_by_text("was changed successfully")).to_be_visible()

    page.get_by_role("link", name="Westport Police Department").first.click()
    expect(page.get_by_label("Phone:", exact=True)).to_have_value("203-341-6100")
    unfold(page, "Jobs")
    page.get_by_role("link", name="Add a job").click()
    expect(page.locator("#select2-id_department-container")).to_contain_text("Westport Police Department")
    page.get_by_label("Title").fill("Harbor Master")
    page.get_by_label("Status").select_option("Published")
    page.get_by_label("Description").fill("Keeps the harbor.")
    page.get_by_role("textbox", name="How to apply").fill("Come by.")
    page.get_by_label("Minimum pay").fill("61000")
    save(page)
    expect(page.get_by_text("This job is on the site now.")).to_be_visible()
    page.goto(WESTPORT)

    page.wait_for_url(f"**{WESTPORT}")
    expect(page.get_by_text("Ada Byron", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="203-341-6100").first).to_be_visible()
    expect(page.get_by_text("Foti Koskinas", exact=True)).to_have_count(0)
    expect(page.get_by_role("heading", name="Records")).to_be_visible()
    expect(page.locator("strong", has_text="front desk")).to_be_visible()
    expect(page.get_by_text("Harbor Patrol")).to_be_visible()
    logo = page.get_by_role("img", name="Logo for: Westport Police Department")
    assert logo.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [300, 200]
    expect(page.locator(".card")).to_contain_text("from $61,000 a year")
    expect(page.get_by_text("Editor of this site")).to_be_visible()

    page.get_by_text("And more...").click()
    expect(page.get_by_role("link", name="Marine Unit")).to_be_visible()
    page.get_by_role("link", name="Harbor Master").click()
    expect(page.get_by_text("Keeps the harbor.")).to_be_visible()


def test_a_new_division_comes_last(visit, westport):
    factories.make_alice()
    page = visit()
    sign_in(page, "alice")
    find_department(page, "westport")
    page.get_by_role("link", name="Westport Police Department").click()
    add_another(page, "divisions", "Division").get_by_label("Name").fill("Records")
    save(page)

    page.goto(WESTPORT)
    divisions = page.get_by_role("region", name="Divisions").get_by_role("heading", level=3)
    expect(divisions).to_have_text(["Operations", "Support", "Professional Standards", "Records"])


def test_mistakes_are_explained_and_the_input_stays(visit, westport):
    factories.make_bob(westport)
    page = visit()
    sign_in(page, "bob")
    find_department(page, "westport")
    page.get_by_role("link", name="Westport Police Department").click()

    page.get_by_label("Chief's name").fill("Ada Byron")
    page.get_by_label("Phone:", exact=True).fill("call me")
    page.get_by_label("ZIP code").fill("688")
    page.get_by_label("Logo:", exact=True).set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": b"not a picture"}
    )
    save(page)

    expect(page.get_by_text("Please correct the errors below.")).to_be_visible()
    for text in (
        "Enter a phone number such as 203-341-6000.",
        "Enter a ZIP code such as 06880 or 06880-1234.",
        "This is not a PNG, JPEG, WebP or GIF image.",
    ):
        expect(page.locator(".errorlist").get_by_text(text)).to_be_visible()
    expect(page.get_by_label("Chief's name")).to_have_value("Ada Byron")
    expect(page.get_by_label("Phone:", exact=True)).to_have_value("call me")
    expect(page.get_by_label("ZIP code")).to_have_value("688")
    westport.refresh_from_db()
    assert westport.chief_name == "Foti Koskinas"

    page.get_by_label("Phone:", exact=True).fill("203-341-6100")
    page.get_by_label("ZIP code").fill("06880")
    save(page)
    expect(page.get_by_text("was changed successfully")).to_be_visible()

    page.get_by_role("link", name="Westport Police Department").first.click()
    unfold(page, "Jobs")
    page.get_by_role("link", name="Add a job").click()
    page.get_by_label("Title").fill("Harbor Master")
    page.get_by_label("Description").fill("Keeps the harbor.")
    save(page)
    expect(page.get_by_text("Enter how to apply: a URL, an email address or instructions.")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Harbor Master")
    expect(page.get_by_label("Description")).to_have_value("Keeps the harbor.")
    page.get_by_label("Application URL").fill("https://example.com/apply")
    save(page)
    expect(page.get_by_text("was added successfully")).to_be_visible()
    page.goto(WESTPORT)
    expect(page.get_by_text("Ada Byron", exact=True)).to_be_visible()


def test_an_editor_sees_and_changes_only_their_own_department(visit, neighborhood):
    norwalk = factories.Department.objects.get(name__startswith="Norwalk")
    factories.make_bob(neighborhood)
    page = visit()
    sign_in(page, "bob")
    expect(page.locator("#content-main").get_by_role("link", name="Users")).to_have_count(0)

    find_department(page, "police")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name="Norwalk Police Department")).to_have_count(0)

    page.goto(f"/admin/departments/department/{norwalk.pk}/change/")
    expect(page.get_by_text(re.compile("doesn’t exist"))).to_be_visible()
    page.goto("/admin/jobs/job/")
    expect(page.get_by_text("0 jobs")).to_be_visible()

    page.goto(f"/admin/departments/department/{neighborhood.pk}/change/")
    expect(page.get_by_label("Chief's name")).to_be_editable()
    for name in ("name", "state", "slug", "status"):
        expect(page.locator(f"#id_{name}")).to_have_count(0)
    expect(page.get_by_role("link", name="Delete")).to_have_count(0)
