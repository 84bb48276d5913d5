"""Convert plain text from imported files to Markdown, and restore its lists and paragraphs.

Exports from job boards often replace line breaks with spaces. Then bullets and numbers are in the middle of a line,
and two spaces begin a paragraph.
"""

import html
import re

from policeapp.web.forms import normalize_lines
from policeapp.web.pasted import BULLETS, INVISIBLE, MARKUP, URL_REST

BULLET = re.compile(f"[{BULLETS}]")
BEFORE_TAB = re.compile(r"(?<!\S)(?:[^\w\s]|o)\t")
# Characters that are bullets only if there are several: at the start of a line, or after two spaces or a sentence.
DASH = re.compile(
    r"(?:[-–—·]|\*(?=\s))(?:(?<=^.)|(?<=\n.)|(?<=\s\s.)|(?<=[.;:!?]\s.))\s*(?=[^\W\d_])"
    r"|[-–—·](?:(?<=^.)|(?<=\n.)|(?<=\s\s.))\s+(?=\d)"
)
# A bullet only in a text with other dashes as bullets.
DASH_BETWEEN = re.compile(r"\s[-–]\s+(?=[A-Z])")
NUMBER = re.compile(
    r"(?=\d)(?:(?<=\s\s)|^|(?<=\n)|(?<=; or\s)|(?<=; and\s)|(?<=\s)(?=\d+[.)]\t))"
    r"(\d{1,2})[.)](?:\s+(?=\S)|(?=[A-Z][a-z ]))"
)
# In a text without line breaks: two spaces after a sentence, and the space before a label such as "HOURS:".
PARAGRAPH = re.compile(r"(?<=[.!?:;)*\"”])\s{2,}")
LABEL = re.compile(r"\s+(?![AP]M\b)(?=[A-Z])([A-Z/&' -]{4,40}:)(?=\s|$)")
ITEM, NUMBERED = "• ", re.compile(r"(\d{1,2})\. ")

ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]+\d*);", re.IGNORECASE)
# Exports use it for a space that their character set lacks. In Spanish it comes before a word.
LOST_BLANK = re.compile(r"(?<=\w)¿(?=\w)|(?<=\S)¿(?!\w)")

URL = re.compile(rf"https?://{URL_REST}", re.IGNORECASE)
MARKUP_AT_START = re.compile(r"(\d{1,9})?(#+(?=\s|$)|[-+](?=[\s-]|$)|[>~=]|(?<=\d)[.)](?=\s|$))")


def clean_text(text):
    """Decode HTML entities, normalize spaces and line breaks, and remove invisible characters.

    Mojibake is fixed when the file is read.
    """
    if ENTITY.search(text):
        text = html.unescape(text)
    if "¿" in text:
        text = LOST_BLANK.sub(" ", text)
    text = INVISIBLE.sub("", normalize_lines(text)).replace("\xa0", " ")
    return re.sub(r"\n\s+", "\n", re.sub(r"[ \t]{3,}", "  ", text)).strip()


def to_markdown(text):
    """Convert plain text to Markdown with its lists as lists and URLs as links. Other text shows unchanged."""
    text = clean_text(text)
    is_one_line = "\n" not in text
    text = BULLET.sub(f"\n{ITEM}", BEFORE_TAB.sub(f"\n{ITEM}", text))
    if (dashes := len(DASH.findall(text))) and dashes + len(DASH_BETWEEN.findall(text)) > 1:
        text = DASH_BETWEEN.sub(f"\n{ITEM}", DASH.sub(f"\n{ITEM}", text))
    if "1" in (numbers := NUMBER.findall(text)) and "2" in numbers:
        text = NUMBER.sub(r"\n\1. ", text)
    if is_one_line:
        text = LABEL.sub(r"\n\1", PARAGRAPH.sub("\n", text))
    return _blocks(line for line in map(str.strip, text.split("\n")) if re.search(r"[^\W_]", line))


def join_sections(sections, convert=to_markdown):
    """Join ``(heading, text)`` pairs into one Markdown text. Blank texts are left out; a heading can be "".

    ``convert`` turns each text into Markdown; by default, texts are plain.
    """
    parts = [(heading, convert(text)) for heading, text in sections]
    return "\n\n".join(f"## {heading}\n\n{text}" if heading else text for heading, text in parts if text)


def _blocks(lines):
    """Join lines into paragraphs and lists. A line that begins with a lowercase letter continues the line before."""
    blocks, open_lists = [], []
    for line in lines:
        if line.startswith(ITEM):
            open_lists = []
            blocks.append(["- ", line.removeprefix(ITEM)])
        elif number := NUMBERED.match(line):
            blocks.append(_numbered(int(number[1]), line[number.end() :], open_lists) or ["", line])
        elif blocks and line[0].islower():
            blocks[-1][1] += f" {line}"
        else:
            open_lists = []
            blocks.append(["", line])
    written = "".join(
        ("\n" if marker and before else "\n\n") + marker + escape_markdown(line)
        for (marker, line), (before, _) in zip(blocks, [["", ""], *blocks], strict=False)
    )
    return written.strip()


def _numbered(number, line, open_lists):
    """Return ``[marker, text]`` of a numbered item, or None if Markdown would renumber it.

    ``open_lists`` is the last number of each open list, outermost first; the item continues or begins one.
    """
    for depth in reversed(range(len(open_lists))):
        if open_lists[depth] + 1 == number:
            del open_lists[depth:]
            break
    else:
        if open_lists and number != 1:
            return None
    indent = " " * sum(len(f"{outer}. ") for outer in open_lists)
    open_lists.append(number)
    return [f"{indent}{number}. ", line]


def escape_markdown(line):
    """Convert a line of plain text to Markdown that shows the same text, with URLs as links."""
    line = " ".join(line.split())
    written, end = "", 0
    for url in URL.finditer(line):
        written += MARKUP.sub(r"\\\g<0>", line[end : url.start()]) + f"<{url[0]}>"
        end = url.end()
    written += MARKUP.sub(r"\\\g<0>", line[end:])
    first = MARKUP_AT_START.match(written)
    return f"{first[1] or ''}\\{written[first.start(2) :]}" if first else written
