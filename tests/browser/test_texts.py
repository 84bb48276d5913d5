"""Long texts in the admin: buttons, the preview, pasted text, and nothing that was typed is lost."""

from playwright.sync_api import expect

from .. import factories
from ..admin import page as url_of
from .test_admin_round_trip import add_another, save, sign_in, unfold

PASTE = """(field, [html, text]) => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    data.setData("text/plain", text);
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def test_the_keyboard_formats_a_text_previews_it_and_pastes_lists(visit, session, westport):
    page = visit(url_of(westport), storage_state=session(factories.make_alice()))
    unit = add_another(page, "divisions", "Division")
    text = unit.get_by_role("textbox", name="Responsibilities")
    text.focus()
    page.keyboard.type("Duties")
    unit.get_by_role("button", name="Heading").press("Enter")
    expect(text).to_have_value("## Duties")
    page.keyboard.type("\n\nPatrol")
    for name, value in (("List", "- Patrol"), ("List", "Patrol"), ("List", "- Patrol")):
        unit.get_by_role("button", name=name).press("Space")
        expect(text).to_have_value(f"## Duties\n\n{value}")
    page.keyboard.press("Control+b")
    page.keyboard.type("daily")
    page.keyboard.press("End")
    page.keyboard.type(" ")
    unit.get_by_role("button", name="Link").press("Enter")
    page.keyboard.type("here")
    expect(text).to_have_value("## Duties\n\n- Patrol**daily** [here](https://)")
    page.keyboard.press("Control+z")
    unit.get_by_role("button", name="Preview").press("Enter")
    expect(unit.get_by_role("heading", name="Duties")).to_be_visible()
    expect(unit.locator(".markdown-preview li strong")).to_have_text("daily")
    text.fill("> 21 years")
    expect(unit.locator(".markdown-preview")).to_have_text("> 21 years")

    text.fill("We: ")
    text.evaluate(PASTE, ["<p>You <b>will</b>:</p><ul><li>Patrol</li><li>Write</li></ul>", "You will:\n• Patrol"])
    expect(text).to_have_value("We: You **will**:\n\n- Patrol\n- Write")


def test_unsaved_changes_are_warned_of_and_survive_an_expired_session(visit, westport):
    factories.make_bob(westport)
    page = visit()
    sign_in(page, "bob")
    page.goto(url_of(westport))
    unfold(page, "About and mission")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("About:").focus()
    page.keyboard.type("x")
    page.keyboard.press("Backspace")
    page.get_by_role("link", name="View site").click()
    assert page.url.endswith("/") and not asked, "nothing differs"

    page.goto(url_of(westport))
    unfold(page, "About and mission")
    page.get_by_label("About:").fill("Typed for two hours")
    page.get_by_role("link", name="View site").click()
    page.wait_for_url("**/")
    assert asked == ["beforeunload"]

    page.goto(url_of(westport))
    unfold(page, "About and mission")
    page.get_by_label("About:").fill("Typed for two hours")
    page.context.clear_cookies(name="sessionid")
    save(page)
    expect(page.get_by_text("You were signed out.")).to_be_visible()
    page.get_by_label("Email address").fill("bob@example.com")
    page.get_by_label("Password").fill("bob-password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    expect(page.get_by_label("About:")).to_have_value("Typed for two hours")
    save(page)
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    westport.refresh_from_db()
    assert westport.about == "Typed for two hours" and asked == ["beforeunload"]
