"""The long texts of a profile: safe Markdown."""

import re

import pytest

from tests.departments.pages import html, profile
from tests.factories import (
    make_department,
    make_division,
    make_unit,
)


@pytest.fixture
def texts(client, db):
    """``texts(markdown)`` returns the page's HTML with the text in all long fields."""

    def texts(markdown):
        department = make_department(about=markdown, mission=markdown, special_units_intro=markdown)
        make_division(department, responsibilities=markdown)
        make_unit(department, description=markdown)
        return html(profile(client, department))

    return texts


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("- one\n- two", "<li>one</li>\n<li>two</li>"),
        ("**bold** and *slanted*", "<strong>bold</strong> and <em>slanted</em>"),
        ("[us](https://example.org)", '<a href="https://example.org" rel="nofollow noopener">us</a>'),
        ("a < b & c", "a &lt; b &amp; c"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<b onclick=x>bold</b>", "&lt;b onclick=x&gt;bold&lt;/b&gt;"),
        ('<img src="x" onerror="y">', "&lt;img src=&quot;x&quot; onerror=&quot;y&quot;&gt;"),
        ("`<i>`", "<code>&lt;i&gt;</code>"),
    ],
)
def test_markdown_is_rendered_and_html_is_escaped(texts, markdown, shown):
    assert texts(markdown).count(shown) == 5


@pytest.mark.parametrize("markdown", ["# Large\n\n## Small", "# Large\n\n###### Small", "### Large\n\n##### Small"])
def test_headings_in_texts_continue_the_levels_of_the_page(texts, markdown):
    headings = re.findall(r"<(h\d)\b[^>]*>([^<]*)</h", texts(markdown).split("<main", 1)[1])
    ranks = [int(tag[1]) for tag, _ in headings]
    assert ranks[0] == 1 and ranks.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in zip(ranks, ranks[1:], strict=False))
    assert ("h3", "Large") in headings and ("h4", "Small") in headings
    assert headings[headings.index(("h3", "Operations")) + 1] == ("h4", "Large")


@pytest.mark.parametrize(
    "markdown",
    [
        "[click](javascript:alert(1))",
        "[click](JaVaScRiPt:alert(1))",
        "[click](java\tscript:alert(1))",
        "[click](&#106;avascript:alert(1))",
        "[click](vbscript:x)",
        "[click](data:text/html,x)",
        "<javascript:alert(1)>",
        "[click][1]\n\n[1]: javascript:alert(1)",
    ],
)
def test_unsafe_links_are_not_rendered(texts, markdown):
    prose = "".join(re.findall(r'<div class="prose">.*?</div>', texts(markdown), re.DOTALL))
    assert prose
    assert "<a" not in prose


@pytest.mark.parametrize(
    "markdown", ["![tracker](https://example.org/p.gif)", "![x][1]\n\n[1]: https://example.org/p.gif"]
)
def test_external_images_are_not_loaded(texts, markdown):
    page = texts(markdown)
    assert page.count("<img") == page.split("<main", 1)[0].count("<img") + 1


def test_names_are_escaped(client, db):
    department = make_department("<b>Bold</b> & Co", chief_name="<i>Pat</i>", city="<u>Town</u>")
    make_division(department, "<s>Patrol</s>")
    page = html(profile(client, department))
    for markup in ("<b>Bold", "<i>Pat", "<u>Town", "<s>Patrol"):
        assert markup not in page
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; Co" in page
