"""Conversion of plain text to Markdown."""

import re
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobs.imports.plain_text import clean_text, escape_markdown, join_sections, to_markdown
from policeapp.web.markdown import render

LISTS = [
    ("bullets in one line", "You will: •\tPatrol. •\tWrite reports.", "You will:\n\n- Patrol.\n- Write reports."),
    ("bullets without a blank", "•Patrol. •Write.", "- Patrol.\n- Write."),
    ("bullets in lines", "You will:\n• Patrol\n• Write", "You will:\n\n- Patrol\n- Write"),
    ("other signs before a tab", "§\tPatrol §\tWrite o\tRest", "- Patrol\n- Write\n- Rest"),
    ("dashes after blanks", "Skills:  -Calm  -Patience", "Skills:\n\n- Calm\n- Patience"),
    ("dashes after sentences", "Skills: - Be calm. - Be kind.", "Skills:\n\n- Be calm.\n- Be kind."),
    ("a list with a dash that lost its stop", "- Patrol. - Write - Rest", "- Patrol.\n- Write\n- Rest"),
    ("dots", "Skills: · Calm. · Patience.", "Skills:\n\n- Calm.\n- Patience."),
    ("one dash is a dash", "Monday: 8:00 AM - 4:00 PM", "Monday: 8:00 AM - 4:00 PM"),
    ("numbers", "1. A degree; or  2.\tAn exam.", "1. A degree; or\n2. An exam."),
    (
        "numbers after a word",
        "1. A degree; or 2. An exam; and 3. Sense.",
        "1. A degree; or\n2. An exam; and\n3. Sense.",
    ),
    ("numbers without a blank", "1.A degree  2.An exam", "1. A degree\n2. An exam"),
    ("a list in a list", "1. All of:  1. This  2. That  3. It", "1. All of:\n   1. This\n   2. That\n   3. It"),
    ("a number out of turn", "1. This\n2. That\n7. Else", "1. This\n2. That\n\n7\\. Else"),
    ("years are no list", "He retired in  2019. She came in  2020. So.", "He retired in 2019. She came in 2020. So."),
]


@pytest.mark.parametrize("text, markdown", [row[1:] for row in LISTS], ids=[row[0] for row in LISTS])
def test_it_finds_lists_in_a_text(text, markdown):
    assert to_markdown(text) == markdown


def test_numbered_items_keep_their_numbers():
    html = render(to_markdown("1. One of:  1. A degree  2. An exam\nMore words.\n2. A license"))
    assert re.findall(r'<ol( start="\d+")?>', html) == ["", "", ' start="2"']


def test_two_spaces_begin_a_paragraph_in_a_text_without_line_breaks():
    assert to_markdown("One.  Two. Three.") == "One.\n\nTwo. Three."


def test_two_spaces_mean_nothing_in_a_text_with_line_breaks():
    assert to_markdown("One.  Two.\nThree.") == "One. Two.\n\nThree."


def test_labels_in_capitals_begin_a_paragraph_each():
    assert to_markdown("Patrol 9:00 AM - 5:00 PM HOURS/SHIFT: Varies TO APPLY: Call.") == (
        "Patrol 9:00 AM - 5:00 PM\n\nHOURS/SHIFT: Varies\n\nTO APPLY: Call."
    )


def test_a_line_with_a_lowercase_start_continues_the_line_before():
    assert to_markdown("• Patrol the\nstreets.\n• Rest.") == "- Patrol the streets.\n- Rest."


def test_lines_without_letters_and_digits_are_left_out():
    assert to_markdown("One\n_________\n***\nTwo") == "One\n\nTwo"


@pytest.mark.parametrize(
    "text, plain",
    [
        ("Humanitarian¿Logistics staff¿ and", "Humanitarian Logistics staff  and"),
        ("¿Habla español?", "¿Habla español?"),
        ("R&amp;D &lt;now&gt;&nbsp;&#8211; here", "R&D <now> – here"),
        ("AT&T; it is", "AT&T; it is"),
        ("co\u00adoperate\ufeff\x00 now\xa0and\u2028then", "cooperate now and\nthen"),
        ("Department’s “own” – words…", "Department’s “own” – words…"),
    ],
)
def test_it_fixes_entities_spaces_and_line_breaks(text, plain):
    assert clean_text(text) == plain


def shown(markdown):
    """Return the visible text on one line."""
    html = re.sub(r"</?(a|em|strong|code)\b[^>]*>", "", render(markdown))
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.mark.parametrize(
    "text",
    [
        "**All candidates** must be *permanent*",
        "# 1 choice",
        "> 5 years",
        "1986. A great year",
        "- and so on",
        "+ more",
        "___ fill in ___",
        "`code` [link](http://evil.example) ![x](y) <b>bold</b> <script>",
        "a_b_c and _d_",
        "AT&amp;T &copy; R&D",
        "back\\slash \\*",
        "~~~",
        "=====",
        "    indented",
        "10+ years",
    ],
)
def test_markdown_characters_in_plain_text_show_unchanged(text):
    assert shown(escape_markdown(text)) == " ".join(text.split())
    assert "<strong>" not in render(escape_markdown(text)) and "<em>" not in render(escape_markdown(text))


@given(st.text(st.sampled_from("ab1 .)#-+*_~=>`[]()<&;!\\|:'\"\té"), max_size=40))
@example("<http://a.example>")
@example("1.")
def test_any_line_shows_unchanged(text):
    assert "".join(shown(escape_markdown(text)).split()) == "".join(text.split())


@given(st.text(st.sampled_from("aB1 \n\t.)-•*·§o;:&_<#"), max_size=60))
def test_no_word_is_lost(text):
    assert re.findall("[aB]", shown(to_markdown(text))) == re.findall("[aB]", text)


def test_urls_become_links_without_trailing_punctuation():
    html = render(to_markdown("Go to https://jobs.example/a_b?c=d&e=f. Or (http://x.example)."))
    assert re.findall('href="([^"]+)"', html) == ["https://jobs.example/a_b?c=d&amp;e=f", "http://x.example"]
    assert html.count("</a>.") == 1 and "</a>)." in html


def test_sections_have_headings_and_blank_ones_are_left_out():
    assert join_sections([("", "Patrol."), ("Hours", "Nights"), ("Pay", " ")]) == "Patrol.\n\n## Hours\n\nNights"
