"""Hostile texts in every column of every model, as a real browser sees them: nothing runs, and nothing is tried that
the policy of the site would have to forbid.

tests/project/test_hostile.py looks at the same pages, and at the feeds, files and e-mails, more closely.
"""

from playwright.sync_api import expect

from ..factories import make_alice
from ..project import hostile

# Whatever would run sets a mark; whatever the policy forbids is noted.
WATCH = """
    window.ran = [];
    window.hit = () => window.ran.push("hit");
    window.forbidden = [];
    document.addEventListener("securitypolicyviolation", event =>
        window.forbidden.push(`${event.violatedDirective}: ${event.blockedURI}`));
"""
SEEN = """() => {
    const on = [...document.querySelectorAll("*")].filter(e => [...e.attributes].some(a => /^on/i.test(a.name)));
    const addresses = [...document.querySelectorAll("[href], [src], [action]")]
        .map(e => e.href?.baseVal ?? e.href ?? e.src ?? e.action)
        .filter(address => /^(javascript|data|vbscript):/i.test(address));
    return [...window.ran, ...window.forbidden, ...on.map(e => e.outerHTML.slice(0, 80)), ...addresses];
}"""
# Of these a page of each kind is shown; the others differ from them in what they break of other formats.
SHOWN = ["script", "handlers", "links", "directions", "controls", "entities"]


def watched(page):
    """The page, of which a dialog would be noted like all else that runs."""
    page.add_init_script(WATCH)
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    return dialogs


def test_no_text_on_any_page_does_anything(visit):
    site = hostile.build(SHOWN)
    page = visit()
    dialogs = watched(page)
    found = {}
    addresses = [*hostile.LISTS, *(url for each in site.values() for url in each.pages())]
    addresses += [url for name in ("script", "handlers") for url in site[name].more_pages()]
    addresses += hostile.typed(hostile.TEXTS["handlers"])
    for url in addresses:
        assert page.goto(url, wait_until="load").status in (200, 400), url
        if seen := page.evaluate(SEEN):
            found[url] = seen
    assert found == {}
    assert dialogs == []


def test_no_suggestion_does_anything(visit):
    hostile.build(["script", "handlers"])
    page = visit()
    dialogs = watched(page)
    page.goto("/")
    page.get_by_role("combobox").press_sequentially("zq")
    expect(page.get_by_role("option").first).to_contain_text("<")
    assert page.evaluate(SEEN) == []
    assert dialogs == []


def test_no_text_in_the_admin_does_anything(visit, session):
    each = hostile.build(["handlers"])["handlers"]
    page = visit(storage_state=session(make_alice()))
    dialogs = watched(page)
    base = "/admin/departments/department/"
    for url in (
        "/admin/",
        base,
        f"{base}{each.department.pk}/change/",
        f"{base}{each.department.pk}/history/",
        f"{base}{each.department.pk}/delete/",
        "/admin/jobs/job/",
        f"/admin/jobs/job/{each.job.pk}/change/",
        f"/admin/policeapp/user/{each.user.pk}/change/",
        f"/admin/policeapp/import/{each.upload.pk}/change/",
        "/admin/jobs/alert/",
        "/admin/jobs/message/",
    ):
        assert page.goto(url, wait_until="load").status == 200, url
        assert page.evaluate(SEEN) == [], url
    assert dialogs == []
