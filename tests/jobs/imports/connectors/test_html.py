"""HTML of other websites becomes harmless Markdown."""

import pytest

from jobs.imports.connectors.fetch import time_limit
from jobs.imports.connectors.html import to_markdown, to_text
from policeapp.web.markdown import render

pytestmark = pytest.mark.any_engine


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>Patrol the <b>town</b>.</p><p>Work <em>nights</em>.</p>", "Patrol the **town**.\n\nWork *nights*."),
        ("<ul><li>Calls</li><li>Reports<ul><li>Daily</li></ul></li></ul>", "- Calls\n- Reports\n  - Daily"),
        ("<ol><li>Apply</li><li>Test</li></ol>", "1. Apply\n2. Test"),
        ("<h1>Duties</h1>Patrol", "## Duties\n\nPatrol"),
        ('See <a href="https://example.org/a_b">the page</a>.', "See [the page](https://example.org/a_b)."),
        ("One<br>Two", "One\\\nTwo"),
        ("<table><tr><td>Pay</td><td>$20</td></tr><tr><td>Hours</td><td>40</td></tr></table>", "Pay $20\n\nHours 40"),
        ("<div>One</div><div>&nbsp;</div><div>Two</div>", "One\n\nTwo"),
        ("&lt;p&gt;Patrol &amp;amp; traffic&lt;/p&gt;", "Patrol & traffic"),
        ("Plain text with 5 < 6 and a*b", "Plain text with 5 \\< 6 and a\\*b"),
        (
            "<p>Write to <b>https://example.org/a_b.</b> 50+ hours, A&amp;P</p>",
            "Write to **<https://example.org/a_b>.** 50\\+ hours, A&P",
        ),
        ("• One\n• Two", "- One\n- Two"),
        ("<p>1986. We began</p><p># 1 choice</p><p>> 21 years</p>", "1986\\. We began\n\n\\# 1 choice\n\n\\> 21 years"),
        ("", ""),
    ],
)
def test_tags_become_markdown(html, markdown):
    assert to_markdown(html) == markdown


@pytest.mark.parametrize(
    "html",
    [
        "<p>ok</p><script>alert(1)</script>",
        "<p>ok</p><style>p{color:red}</style>",
        '<p>ok</p><img src="x" onerror="alert(1)">',
        '<p onclick="alert(1)">ok</p><svg onload="alert(1)"><a>alert</a></svg>',
        "<p>ok</p><iframe src='https://evil.example/alert'>alert</iframe>",
        "<p>ok</p><form action='/alert'><input value='alert'></form>",
        "<p>ok</p><!-- alert(1) -->",
        "<p>ok</p><noscript><p>alert</p></noscript>",
    ],
)
def test_what_runs_or_loads_is_dropped_with_its_content(html):
    assert to_markdown(html) == "ok"


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", " JaVaScRiPt:alert(1)", "data:text/html,x", "/jobs", "http://[", ""]
)
def test_a_link_to_anything_but_a_page_is_text(target):
    assert to_markdown(f'<p>Go <a href="{target}">here</a></p>') == "Go here"


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://example.org/)[x](javascript:alert(1)">here</a>',
        '<a href="https://example.org/" title=\'"><script>alert(1)</script>\'>here</a>',
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
        "<p>[x](javascript:alert(1)) ![x](https://evil.example/x.png)</p>",
        "<p>`<script>`</p>",
    ],
)
def test_markup_in_the_text_and_in_links_shows_as_text(html):
    shown = render(to_markdown(html))
    assert "<script" not in shown and 'href="javascript' not in shown and "<img" not in shown


def test_very_deep_html_becomes_plain_text():
    assert to_markdown("<div>" * 5000 + "Patrol" + "</div>" * 5000) == "Patrol"


def test_a_title_is_one_line_of_text():
    assert to_text("<b>Police</b>\n Officer &amp; Dispatcher") == "Police Officer & Dispatcher"
    assert to_text("AT&amp;T") == "AT&T"


def test_tags_that_do_not_end_take_no_time():
    with time_limit(10):
        assert to_markdown("&lt;p " * 100_000).count("<p") == 100_000
