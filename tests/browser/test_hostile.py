"""Hostile text in every column of every model, in a real browser: no script runs, and none is blocked by the policy.

tests/project/test_hostile.py checks the same pages more closely, and feeds, files and emails too.
"""

from playwright.sync_api import expect

from ..factories import make_alice
from ..project import hostile

# Records scripts that run, and violations of the content security policy.
WATCH = """
    window.ran = [];
    window.hit = () => window.ran.push("hit");
    window.forbidden = [];
    document.addEventListener("securitypolicyviolation", event =>
        window.forbidden.push(`${event.violatedDirective}: ${event.blockedURI}`));
"""
EFFECTS = """() => {
    const on = [...document.querySelectorAll("*")].filter(e => [...e.attributes].some(a => /^on/i.test(a.name)));
    const urls = [...document.querySelectorAll("[href], [src], [action]")]
        .map(e => e.href?.baseVal ?? e.href ?? e.src ?? e.action)
        .filter(url => /^(javascript|data|vbscript):/i.test(url));
    return [...window.ran, ...window.forbidden, ...on.map(e => e.outerHTML.slice(0, 80)), ...urls];
}"""
# The texts that could break HTML. The others could break other formats.
SHOWN = ["script", "handlers", "links", "directions", "controls", "entities"]


def watch(page):
    """Install WATCH in the page, and return a list that collects the messages of its dialogs."""
    page.add_init_script(WATCH)
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    return dialogs


def test_no_text_on_a_public_page_runs(visit):
    site = hostile.build(SHOWN)
    page = visit()
    dialogs = watch(page)
    found = {}
    urls = [*hostile.LISTS, *(url for each in site.values() for url in each.pages())]
    urls += [url for name in ("script", "handlers") for url in site[name].more_pages()]
    urls += hostile.searches(hostile.TEXTS["handlers"])
    for url in urls:
        assert page.goto(url, wait_until="load").status in (200, 400), url
        if effects := page.evaluate(EFFECTS):
            found[url] = effects
    assert found == {}
    assert dialogs == []


def test_no_suggestion_runs(visit):
    hostile.build(["script", "handlers"])
    page = visit()
    dialogs = watch(page)
    page.goto("/")
    page.get_by_role("combobox").press_sequentially("zq")
    expect(page.get_by_role("option").first).to_contain_text("<")
    assert page.evaluate(EFFECTS) == []
    assert dialogs == []


def test_no_text_in_the_admin_runs(visit, session):
    each = hostile.build(["handlers"])["handlers"]
    page = visit(storage_state=session(make_alice()))
    dialogs = watch(page)
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
        assert page.evaluate(EFFECTS) == [], url
    assert dialogs == []
