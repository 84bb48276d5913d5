"""The page of a job: texts in Markdown."""

import re

import pytest

from tests.factories import make_job

from .details import page_of
from .pages import html_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("field", ["description", "requirements", "apply_instructions"])
class TestTexts:
    def test_they_can_have_lists_headings_and_links(self, client, field):
        text = "# Heading\n\n1. First\n2. Second\n\n[Site](https://example.org/)"
        html = html_of(page_of(client, make_job(**{field: text})))
        assert "<h3>Heading</h3>" in html
        assert re.search(r"<ol>\s*<li>First</li>\s*<li>Second</li>\s*</ol>", html)
        assert '<a href="https://example.org/" rel="nofollow noopener">Site</a>' in html

    @pytest.mark.parametrize(
        "text",
        [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "a <b onclick='alert(1)'>b</b>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "[x](vbscript:alert(1))",
            '[x](https://example.org/"onmouseover="alert(1))',
            "![pixel](https://tracker.example.org/1.png)",
            "<javascript:alert(1)>",
            "`<script>alert(1)</script>`",
        ],
    )
    def test_they_cannot_run_scripts_or_load_images(self, client, field, text):
        html = html_of(page_of(client, make_job(**{field: text})))
        ours = html_of(page_of(client, make_job(**{field: "Plain."})))
        assert html.count("<script") == ours.count("<script")
        assert html.count("<img") == ours.count("<img")
        for tag in re.findall(r"<[a-z][^>]*>", html):
            assert not re.search(
                r"\son[a-z]+\s*=|(javascript|vbscript|data):", re.sub(r'="https:[^"]*"', "", tag), re.I
            )


def test_titles_are_escaped(client):
    html = html_of(page_of(client, make_job(title="<script>alert(1)</script> & Co")))
    assert "<script>alert" not in html
    assert "<h1>&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co</h1>" in html
