"""Text and HTML as people paste it from Word, Outlook, Google Docs, PDF files and web pages: the Word corpus."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from departments.fields import MarkdownFormField
from policeapp.web.markdown import render
from policeapp.web.pasted import MAX_HTML, MAX_TAGS, html_to_markdown, read_lines

pytestmark = pytest.mark.any_engine

LONG = (
    "This paragraph is as long as those of Word, which has one line for each paragraph, however many words are in it."
)
NBSP = "\xa0" * 7

# (where it is from, pasted text, what visitors see; "/" stands for a line break)
TEXTS = [
    ("Word, bullets", "You will:\n•\tPatrol\n•\tWrite", "<p>You will:</p><ul><li>Patrol</li><li>Write</li></ul>"),
    ("web, bullets with a space", "• a\n• b", "<ul><li>a</li><li>b</li></ul>"),
    ("web, bullets without a space", "•Patrol\n•Write", "<ul><li>Patrol</li><li>Write</li></ul>"),
    (
        "Word, a list in a list in a list",
        "•\tPatrol\no\tBy car\n▪\tAt night\no\tOn foot\n•\tWrite",
        "<ul><li>Patrol<ul><li>By car<ul><li>At night</li></ul></li><li>On foot</li></ul></li><li>Write</li></ul>",
    ),
    ("Word, the square of Wingdings", "§\tPatrol\n§\tWrite", "<ul><li>Patrol</li><li>Write</li></ul>"),
    ("Word, the arrow of Wingdings", "Ø\tPatrol\nØ\tWrite", "<ul><li>Patrol</li><li>Write</li></ul>"),
    ("Word, the font Symbol", "\uf0b7\tPatrol\n\uf0b7\tWrite", "<ul><li>Patrol</li><li>Write</li></ul>"),
    ("Outlook, dots and wide spaces", f"·{NBSP} Patrol\n·{NBSP} Write", "<ul><li>Patrol</li><li>Write</li></ul>"),
    ("Outlook, a hyphen and wide spaces", f"-{NBSP} Patrol", "<ul><li>Patrol</li></ul>"),
    ("Outlook, indented", f"{NBSP}• Patrol\n{NBSP}• Write", "<ul><li>Patrol</li><li>Write</li></ul>"),
    ("Word, hyphens", "-\tPatrol\n-\tWrite", "<ul><li>Patrol</li><li>Write</li></ul>"),
    ("Word, dashes", "Skills:\n– Calm\n– Patience", "<p>Skills:</p><ul><li>Calm</li><li>Patience</li></ul>"),
    ("typed, hyphens without a space", "-Calm\n-Patience", "<ul><li>Calm</li><li>Patience</li></ul>"),
    ("Notes, tabs on both sides", "\t•\tPatrol\n\t•\tWrite", "<ul><li>Patrol</li><li>Write</li></ul>"),
    ("PDF, bullets on their own lines", "•\nPatrol\n•\nWrite", "<ul><li>Patrol</li><li>Write</li></ul>"),
    ("PDF, bullets that lost their lines", "• Patrol • Write", "<ul><li>Patrol</li><li>Write</li></ul>"),
    ("Word, lost line breaks", "You:  •\tPatrol •\tWrite", "<p>You:</p><ul><li>Patrol</li><li>Write</li></ul>"),
    ("a line of separators", "Patrol • Write • Drive", "<p>Patrol • Write • Drive</p>"),
    ("Word, blank lines between items", "• a\n\n• b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
    ("Word, a paragraph after a list", "• a\n• b\nThen.", "<ul><li>a</li><li>b</li></ul><p>Then.</p>"),
    ("typed, a paragraph after a list", "- a\n- b\nThen.", "<ul><li>a</li><li>b</li></ul><p>Then.</p>"),
    (
        "PDF, an item on two lines",
        "• Patrol the\nstreets\n• Write",
        "<ul><li>Patrol the streets</li><li>Write</li></ul>",
    ),
    ("one dash", "— Chief Ann Smith", "<p>— Chief Ann Smith</p>"),
    ("Word, numbers", "1.\tBe 21\n2.\tPass", "<ol><li>Be 21</li><li>Pass</li></ol>"),
    ("Word, numbers with brackets", "1)\tBe 21\n2)\tPass", "<ol><li>Be 21</li><li>Pass</li></ol>"),
    ("Outlook, numbers and wide spaces", f"1.{NBSP}Be 21\n2.{NBSP}Pass", "<ol><li>Be 21</li><li>Pass</li></ol>"),
    ("Word, indented numbers", "1.\tBe 21\n\t2.\tPass", "<ol><li>Be 21</li><li>Pass</li></ol>"),
    ("Word, letters", "a.\tBe 21\nb.\tPass", "<p>a.\tBe 21/b.\tPass</p>"),
    ("a gap between numbers", "1. a\n2. b\n7. c", "<ol><li>a</li><li>b</li></ol><p>7. c</p>"),
    ("a year that begins a text", "1986. We moved.", "<p>1986. We moved.</p>"),
    ("a year after a line", "We began in\n1986. We grew.", "<p>We began in/1986. We grew.</p>"),
    ("a year after a list", "1. a\n1986. We grew.", "<ol><li>a</li></ol><p>1986. We grew.</p>"),
    ("a year in a list", "• 1986. We moved.\n• b", "<ul><li>1986. We moved.</li><li>b</li></ul>"),
    ("Word, an indented paragraph", "Hello.\n\n\tWe serve.", "<p>Hello.</p><p>We serve.</p>"),
    ("typed, four spaces", "Hello.\n\n    We serve.", "<p>Hello.</p><p>We serve.</p>"),
    ("more than", "> 21 years of age", "<p>&gt; 21 years of age</p>"),
    ("more than, in a list", "• >21 years\n• b", "<ul><li>&gt;21 years</li><li>b</li></ul>"),
    ("at least", "Age:\n>= 21", "<p>Age:/&gt;= 21</p>"),
    ("a number of", "# of officers: 64", "<p># of officers: 64</p>"),
    ("a line of signs", "~~~~\nApply\n~~~~", "<p>~~~~/Apply/~~~~</p>"),
    ("an address", "Town Police\n50 Jesup Road\nWestport, CT", "<p>Town Police/50 Jesup Road/Westport, CT</p>"),
    ("Word, paragraphs", f"{LONG}\nAnother.", f"<p>{LONG}</p><p>Another.</p>"),
    (
        "PDF, full lines",
        "The department is one of the oldest of the State of\nConnecticut, and it serves\nthe town.",
        "<p>The department is one of the oldest of the State of Connecticut, and it serves the town.</p>",
    ),
    ("quotes and spaces of Word", "“It’s\xa0ours”\u200b – now", "<p>“It’s\xa0ours” – now</p>"),
]


def shown(text):
    """Return the HTML on one line: "/" is a line break, and links are without ``rel``."""
    html = str(render(text)).replace("<br />\n", "/").replace(' rel="nofollow noopener"', "")
    return (
        re.sub(r"\s*\n\s*", " ", html).replace("> <", "><").replace(" <ul>", "<ul>").replace(" </li>", "</li>").strip()
    )


@pytest.mark.parametrize("text, html", [row[1:] for row in TEXTS], ids=[row[0] for row in TEXTS])
def test_pasted_text_keeps_its_lists_and_lines(text, html):
    assert shown(text) == html
    assert shown(MarkdownFormField().clean(text)) == html, "also without scripts"


LINKS = [
    ("https://a.example/b_c_d?e=f&g=h.", "https://a.example/b_c_d?e=f&amp;g=h"),
    ("(see http://a.example)", "http://a.example"),
    ("www.police.example/jobs, or call", "https://www.police.example/jobs"),
    ("Write to Jo.Doe+jobs@police.example.", "mailto:Jo.Doe+jobs@police.example"),
    ("<https://a.example>", "https://a.example"),
    ("[www.b.example](https://a.example)", "https://a.example"),
    ("**https://a.example**", "https://a.example"),
]


@pytest.mark.parametrize("text, url", LINKS)
def test_a_bare_address_is_a_link(text, url):
    assert re.findall('href="([^"]+)"', render(text)) == [url]


@pytest.mark.parametrize(
    "text", ["`www.a.example`", "a@b", "@police", "www.", "xhttps://a.example", "javascript:alert"]
)
def test_nothing_else_is_a_link(text):
    assert "<a " not in render(text)


WORDS = st.sampled_from(
    ["Patrol", "the *quiet* streets", "**at night**", "[here](https://a.example)", "a\\_b", "12\\. c"]
)
LINES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
BLOCKS = (
    LINES
    | LINES.map("## {}".format)
    | LINES.map("> So {}".format)
    | st.lists(LINES, min_size=1, max_size=4).map(lambda items: "\n".join(f"- {item}" for item in items))
    | st.lists(LINES, min_size=1, max_size=4).map(lambda items: "\n".join(f"* {item}\n  - x" for item in items))
    | st.lists(LINES, min_size=1, max_size=4).map(
        lambda items: "\n".join(f"{number}. {item}\n   - x\n   - y" for number, item in enumerate(items, 1))
    )
    | st.sampled_from(
        ["a  \nb", "a\\\nb", "\\- a", "\\> 21", "1. a\n1. b", "1. a\n\n   b\n2. c", "Title\n=====", "***"]
    )
)


@given(st.lists(BLOCKS, max_size=6).map("\n\n".join))
@settings(max_examples=60, deadline=None)
def test_markdown_that_somebody_typed_is_markdown(text):
    common = MarkdownIt("commonmark", {"html": False})
    assert common.render(read_lines(text)) == common.render(text)


@given(st.text(st.sampled_from("aB1 \n\t.)-•o·§>#*_\xa0\\"), max_size=60))
@example("•\n\n\t•")
@settings(max_examples=100, deadline=None)
def test_no_letter_is_lost_and_saving_twice_changes_nothing(text):
    once = MarkdownFormField(required=False).clean(text)
    assert MarkdownFormField(required=False).clean(once) == once
    plain = re.sub(r"<[^>]+>", "", str(render(once)))
    assert re.findall("[aB]", plain) == re.findall("[aB]", text)


def word_item(level, text, bullet="·"):
    """Return an item as Word copies it: a paragraph with a style, and the bullet in a condition for other programs."""
    return (
        f"<p class=MsoListParagraphCxSpMiddle style='text-indent:-.25in;mso-list:l0 level{level} lfo1'><![if "
        f"!supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>{bullet}<span style='font:7pt "
        f'"Times New Roman"\'>&nbsp;&nbsp; </span></span></span><![endif]>{text}<o:p></o:p></p>\n'
    )


HTML = [
    (
        "Word, a document",
        "<html><head><style>p{color:red}</style></head><body><!--StartFragment--><p class=MsoNormal><b>About "
        "<span>us</span></b><o:p></o:p></p>\n<p>We&nbsp;serve\nthe <i>town</i>.</p><p>&nbsp;</p><!--EndFragment-->x",
        "**About us**\n\nWe serve the town.",
    ),
    (
        "Word, a list in a list",
        word_item(1, "Patrol") + word_item(2, "By car", "o") + word_item(1, "Write"),
        "- Patrol\n  - By car\n- Write",
    ),
    (
        "Word, numbers and letters",
        word_item(1, "One", "1.") + word_item(2, "Sub", "a)") + word_item(1, "Two", "2."),
        "1. One\n   1. Sub\n2. Two",
    ),
    (
        "Word, two lists",
        word_item(1, "One", "1.") + "<p>Between</p>" + word_item(1, "x") + word_item(1, "y"),
        "1. One\n\nBetween\n\n- x\n- y",
    ),
    (
        "Google Docs",
        '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><h2><span style="font-weight:'
        '400">Mission</span></h2><p><span style="font-weight:700">Bold</span><span style="font-weight:400"> text</span>'
        '</p><ul><li><p role="presentation"><span>One</span></p></li><ul><li><p>Nested</p></li></ul><li><p>Two</p></li>'
        "</ul></b>",
        "## Mission\n\n**Bold** text\n\n- One\n  - Nested\n- Two",
    ),
    (
        "Word in a browser",
        "<div class=ListContainerWrapper><ul><li><p>One</p></li></ul></div><div><ul><li><p>Two</p></li></ul></div>",
        "- One\n\n- Two",
    ),
    ("a web page", "<h1>Jobs</h1><ul><li>a</li><li>b</li></ul><ol><li>c</li></ol>", "# Jobs\n\n- a\n- b\n\n1. c"),
    ("Outlook", "<div>One</div><div><br></div><div>Two<br>Three</div>", "One\n\nTwo  \nThree"),
    (
        "Outlook, a link",
        '<a href="https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2Fb&amp;data=05">Apply</a>',
        "[Apply](https://a.example/b)",
    ),
    (
        "links",
        '<a href="mailto:a@b.example">Us</a> <a href="#top">Top</a> <a href="http://[">x</a>',
        "[Us](mailto:a@b.example) Top x",
    ),
    ("a script", '<a href="javascript:alert(1)">x</a><script>y</script><img src=z onerror=y>', "x"),
    (
        "a table",
        "<table><tr><td><p>Pay</p></td><td>$60,000</td></tr><tr><td>Age</td><td>21</td></tr></table>",
        "Pay, $60,000\n\nAge, 21",
    ),
    ("signs", "<p>5 * 3 &lt;b&gt; [a] _b_ a_b</p><p>1986. We</p>", r"5 \* 3 \<b> \[a] \_b\_ a_b" + "\n\n1986. We"),
    ("nothing", "", ""),
]


@pytest.mark.parametrize("html, markdown", [row[1:] for row in HTML], ids=[row[0] for row in HTML])
def test_pasted_html_keeps_bold_lists_headings_and_links(html, markdown):
    assert html_to_markdown(html) == markdown


def test_html_that_is_too_long_or_too_deep_is_refused():
    slow = ("<a " * 200, ">" * 300 + "<a " * 200, "<!--a>" * 200, "-->" * 300 + "<!--a>" * 200)
    for html in ("x" * (MAX_HTML + 1), "<div>" * 101, "<p>" * (MAX_TAGS + 1), *slow):
        with pytest.raises(ValueError, match="too"):
            html_to_markdown(html)


@given(st.text(st.sampled_from("aB1 .)-•>#*_[]()`<&\\"), max_size=40))
@settings(max_examples=100, deadline=None)
def test_text_in_html_shows_unchanged(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    plain = re.sub(r"<[^>]+>", "", str(render(html_to_markdown(f"<p>a{escaped}</p>"))))
    assert "".join(plain.split()) == "a" + "".join(escaped.replace(">", "&gt;").split())
