"""Markdown never renders raw HTML, scripts or images."""

import re
from html.parser import HTMLParser
from itertools import combinations
from urllib.parse import urlsplit

import pytest
from django.template import Context, Template
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policeapp.web import markdown

TAGS = set("p br hr h3 h4 h5 h6 ul ol li blockquote pre code em strong a".split())
# The attributes that a tag can have. The title of a link is the editor's text; the class of code names its language.
ATTRIBUTES = {"a": {"href", "rel", "title"}, "code": {"class"}, "ol": {"start"}}
RUNNING = ("javascript", "data", "vbscript", "file")

# Pieces with a meaning in Markdown, in HTML or to a browser.
PIECES = st.sampled_from(
    """
    # ## ###### * ** _ __ - + 1. 99) > ` ``` ~~~ \\ [ ] ( ) ![ ]( < > <! <? & &amp; &#106; &#x6A; &Tab; &colon; " '
    === --- *** | : / // @ <script> </script> <b onclick=x> <img/src=x/onerror=x> <style> <iframe <!-- --> <a/href=x
    javascript: JavaScript: java\u0000script: java&Tab;script: vbscript: data: data:image/png;base64,AAAA
    data:text/html, data:image/svg+xml, file:/// blob: http://a.example/ https://b.example/?a=b&c=d //c.example
    mailto:a@b.example alert(1) onload=x style=x href= [x]: [x] "t" 't' (t) \u0000 \u202e \ufeff 😀 é
    """.split()
)
TEXTS = st.lists(PIECES | st.sampled_from([" ", "\n", "\n\n", "\t", "    "]) | st.text(max_size=6), max_size=25).map(
    "".join
)


class ParsedHTML(HTMLParser):
    """Parses HTML into tags with attributes, and collects everything that is neither a tag nor text."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.open, self.strange = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in ("br", "hr"):
            return
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, attrs))

    def handle_comment(self, data):
        self.strange.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def tags_of(text):
    taken = ParsedHTML(str(markdown.render(text)))
    assert not taken.strange
    assert not taken.open
    return taken.tags


def links_of(text):
    return [dict(attributes)["href"] for tag, attributes in tags_of(text) if tag == "a"]


@given(TEXTS)
@settings(max_examples=300)
def test_only_safe_tags_and_attributes_are_rendered(text):
    for tag, attributes in tags_of(text):
        assert tag in TAGS
        assert {name for name, _ in attributes} <= ATTRIBUTES.get(tag, set())
        for name, value in attributes:
            if name == "start":
                assert value.isdecimal()


@given(TEXTS)
@example("[x](data:image/png;base64,AAAA)")
@settings(max_examples=300)
def test_no_link_runs_a_script(text):
    for address in links_of(text):
        # Browsers ignore control characters and spaces before the scheme, and line breaks and tabs inside it.
        plain = re.sub(r"^[\x00-\x20]+|[\t\r\n]", "", address)
        assert not plain.lower().startswith(tuple(f"{scheme}:" for scheme in RUNNING)), address


@pytest.mark.parametrize("scheme", RUNNING)
@pytest.mark.parametrize(
    "link",
    [
        "[x]({}:alert(1))",
        "[x](<{}:alert(1)>)",
        "<{}:alert(1)>",
        "[x][1]\n\n[1]: {}:alert(1)",
        "![x]({}:alert(1))",
        "[x]( {}:alert(1) 'title')",
        "[x](&#32;{}&colon;alert(1))",
    ],
)
def test_an_unsafe_link_stays_text(scheme, link):
    for written in (scheme, scheme.upper(), scheme.title()):
        assert links_of(link.format(written)) == []


@pytest.mark.parametrize("kind", ["png", "gif", "jpeg", "webp", "svg+xml"])
def test_an_image_inside_an_address_is_not_a_link(kind):
    assert links_of(f"[x](data:image/{kind};base64,AAAA)") == []
    assert links_of(f"<data:image/{kind};base64,AAAA>") == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("[x](https://police.example.org/a?b=c)", "https://police.example.org/a?b=c"),
        ("<https://police.example.org/>", "https://police.example.org/"),
        ("<tips@police.example.org>", "mailto:tips@police.example.org"),
        ("[x](/jobs/)", "/jobs/"),
        ("[x](tel:+12035550100)", "tel:+12035550100"),
    ],
)
def test_links_work_and_have_nofollow(text, address):
    [(_, attributes)] = [tag for tag in tags_of(text) if tag[0] == "a"]
    assert dict(attributes) == {"href": address, "rel": "nofollow noopener"}


@given(levels=st.lists(st.integers(1, 6), min_size=1, max_size=8), top=st.integers(2, 6))
def test_headings_begin_at_the_given_level_without_gaps(levels, top):
    shown = markdown.render("\n\n".join(f"{'#' * level} x" for level in levels), top)
    found = [int(tag[1]) for tag, _ in ParsedHTML(str(shown)).tags]
    assert min(found) == top
    assert set(found) == set(range(top, max(found) + 1))
    for (first, shown_first), (second, shown_second) in combinations(zip(levels, found, strict=True), 2):
        if first == second:
            assert shown_first == shown_second
        elif first < second:
            assert shown_first < shown_second or shown_second == 6
        else:
            assert shown_first > shown_second or shown_first == 6


def test_headings_begin_at_h3_by_default():
    assert [tag for tag, _ in tags_of("# One\n\n## Two")] == ["h3", "h4"]


def test_underlined_headings_are_headings_too():
    assert [tag for tag, _ in tags_of("One\n===\n\nTwo\n---")] == ["h3", "h4"]


def test_images_are_never_loaded():
    assert [tag for tag, _ in tags_of("![A map](https://elsewhere.example/map.png)")] == ["p", "a"]
    assert urlsplit(links_of("![A map](https://elsewhere.example/map.png)")[0]).hostname == "elsewhere.example"


def test_html_is_shown_as_text():
    shown = str(markdown.render('<script>alert(1)</script>\n\nA <b>bold</b> & "sure" word'))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; &quot;sure&quot;" in shown


def test_lists_emphasis_and_code_work():
    assert [tag for tag, _ in tags_of("- one\n- *two*\n\n3. `x`\n\n> **so**")] == [
        "ul",
        "li",
        "li",
        "em",
        "ol",
        "li",
        "code",
        "blockquote",
        "p",
        "strong",
    ]


@pytest.mark.parametrize("empty", ["", None, "   ", "\n\n"])
def test_empty_text_renders_as_nothing(empty):
    assert str(markdown.render(empty)).strip() == ""


def test_the_result_is_marked_safe():
    page = Template("{% load site %}{{ text|markdown }}{{ text }}").render(Context({"text": "*a* <b>"}))
    assert page == "<p><em>a</em> &lt;b&gt;</p>\n*a* &lt;b&gt;"


@given(depth=st.integers(1, 2000), piece=st.sampled_from(["> ", "- ", "[", "*", "`", "![", "<", "(", "[x]("]))
@settings(max_examples=30, deadline=None)
def test_deep_nesting_breaks_nothing(depth, piece):
    assert {tag for tag, _ in tags_of(piece * depth + "x")} <= TAGS
