"""The preview of a long text in the admin, and Markdown for pasted HTML."""

import pytest

from ...admin import page, signed_in
from ...factories import html_of, make_bob, make_department, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]

PREVIEW, PASTE = "/admin/texts/preview/", "/admin/texts/paste/"
TEXT = "• a\n• b\n\nhttps://a.example <script>"


@pytest.fixture
def own():
    return make_department("Own Police", about=TEXT)


@pytest.fixture
def bob(own):
    return signed_in(make_bob(own))


def test_the_preview_is_what_visitors_see(bob, own, client):
    shown = html_of(bob.post(PREVIEW, {"text": TEXT}))
    assert shown.startswith("<ul>\n<li>a</li>") and "&lt;script&gt;" in shown
    assert shown in html_of(client.get(own.get_absolute_url()))


def test_pasted_html_becomes_markdown(bob):
    response = bob.post(PASTE, {"html": "<ul><li><b>a</b></li></ul><script>x</script>"})
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert html_of(response) == "- **a**"


@pytest.mark.parametrize(
    "url, data", [(PREVIEW, {"text": "x" * 50_001}), (PASTE, {"html": "x" * 300_001}), (PASTE, {"html": "<p>" * 900})]
)
def test_texts_that_are_too_large_are_refused(bob, url, data):
    assert bob.post(url, data).status_code == 400


@pytest.mark.parametrize("url", [PREVIEW, PASTE])
def test_only_staff_can_use_them_and_only_by_post(bob, client, url):
    assert client.post(url).status_code == 403
    assert signed_in(make_user("sue")).post(url).status_code == 403
    assert bob.get(url).status_code == 405
    assert bob.post(url).status_code == 200


def test_the_buttons_are_hidden_without_the_script(bob, own):
    html = html_of(bob.get(page(own)))
    assert html.count('<div class="markdown-tools" role="group" aria-label="Format" hidden>') >= 3
