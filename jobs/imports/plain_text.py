"""Plain text from files made into Markdown: lists that lost their line breaks, stray bullets, and nothing accidental.

Exports of job boards are plain text in which line breaks have often become blanks: a bullet or a number then stands
in the middle of a line, and a paragraph begins after two blanks.
"""

import html
import re

BULLET = re.compile("[•●▪◦‣⁃∙]")
BEFORE_TAB = re.compile(r"(?<!\S)(?:[^\w\s]|o)\t")
# Signs that are bullets only where there are several: at the start of a line, or after two blanks or a sentence.
DASH = re.compile(
    r"(?:[-–—·]|\*(?=\s))(?:(?<=^.)|(?<=\n.)|(?<=\s\s.)|(?<=[.;:!?]\s.))\s*(?=[^\W\d_])"
    r"|[-–—·](?:(?<=^.)|(?<=\n.)|(?<=\s\s.))\s+(?=\d)"
)
# In a list of such, also this one.
DASH_BETWEEN = re.compile(r"\s[-–]\s+(?=[A-Z])")
NUMBER = re.compile(
    r"(?=\d)(?:(?<=\s\s)|^|(?<=\n)|(?<=; or\s)|(?<=; and\s)|(?<=\s)(?=\d+[.)]\t))"
    r"(\d{1,2})[.)](?:\s+(?=\S)|(?=[A-Z][a-z ]))"
)
# In a text without line breaks: two blanks after the end of a sentence, and before a label such as "HOURS:".
PARAGRAPH = re.compile(r"(?<=[.!?:;)*\"”])\s{2,}")
LABEL = re.compile(r"\s+(?![AP]M\b)(?=[A-Z])([A-Z/&' -]{4,40}:)(?=\s|$)")
ITEM, NUMBERED = "• ", re.compile(r"(\d{1,2})\. ")

ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]+\d*);", re.IGNORECASE)
# Exports write it for a blank that their character set lacks; in Spanish it begins a word.
LOST_BLANK = re.compile(r"(?<=\w)¿(?=\w)|(?<=\S)¿(?!\w)")
LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\x00-\x08\x0e-\x1f]")

ADDRESS = re.compile(r"https?://[^\s<>\"“”‘’\\^`{|}]*[^\s<>\"“”‘’\\^`{|}.,;:!?')\]*]", re.IGNORECASE)
MEANS_SOMETHING = re.compile(r"[\\`*\[<]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
MEANS_SOMETHING_FIRST = re.compile(r"(\d{1,9})?(#+(?=\s|$)|[-+](?=[\s-]|$)|[>~=]|(?<=\d)[.)](?=\s|$))")


def mended(text):
    """The text with what its way into the file has broken put right: entities, blanks, line breaks, invisible signs.

    Mojibake is mended where the file is read.
    """
    if ENTITY.search(text):
        text = html.unescape(text)
    if "¿" in text:
        text = LOST_BLANK.sub(" ", text)
    text = INVISIBLE.sub("", LINE_BREAK.sub("\n", text)).replace("\xa0", " ")
    return re.sub(r"\n\s+", "\n", re.sub(r"[ \t]{3,}", "  ", text)).strip()


def to_markdown(text):
    """The text as Markdown that shows it as it was meant: lists as lists, addresses as links, all else as is."""
    text = mended(text)
    flat = "\n" not in text
    text = BULLET.sub(f"\n{ITEM}", BEFORE_TAB.sub(f"\n{ITEM}", text))
    if (dashes := len(DASH.findall(text))) and dashes + len(DASH_BETWEEN.findall(text)) > 1:
        text = DASH_BETWEEN.sub(f"\n{ITEM}", DASH.sub(f"\n{ITEM}", text))
    if "1" in (numbers := NUMBER.findall(text)) and "2" in numbers:
        text = NUMBER.sub(r"\n\1. ", text)
    if flat:
        text = LABEL.sub(r"\n\1", PARAGRAPH.sub("\n", text))
    return _blocks(line for line in map(str.strip, text.split("\n")) if re.search(r"[^\W_]", line))


def joined(sections):
    """One text of ``(heading, text)`` pairs, each text made to Markdown; blank ones are left out, "" has no heading."""
    parts = [(heading, to_markdown(text)) for heading, text in sections]
    return "\n\n".join(f"## {heading}\n\n{text}" if heading else text for heading, text in parts if text)


def _blocks(lines):
    """The lines as paragraphs and lists; one that begins with a small letter goes on with the line before."""
    blocks, around = [], []
    for line in lines:
        if line.startswith(ITEM):
            around = []
            blocks.append(["- ", line.removeprefix(ITEM)])
        elif number := NUMBERED.match(line):
            blocks.append(_numbered(int(number[1]), line[number.end() :], around) or ["", line])
        elif blocks and line[0].islower():
            blocks[-1][1] += f" {line}"
        else:
            around = []
            blocks.append(["", line])
    written = "".join(
        ("\n" if marker and before else "\n\n") + marker + literal(line)
        for (marker, line), (before, _) in zip(blocks, [["", ""], *blocks], strict=False)
    )
    return written.strip()


def _numbered(number, line, around):
    """An item of the list that goes on with its number, or begins with it; None where Markdown would renumber it.

    ``around`` has the last number of each list that is open, outermost first.
    """
    for depth in reversed(range(len(around))):
        if around[depth] + 1 == number:
            del around[depth:]
            break
    else:
        if around and number != 1:
            return None
    indent = " " * sum(len(f"{outer}. ") for outer in around)
    around.append(number)
    return [f"{indent}{number}. ", line]


def literal(line):
    """A line of plain text as Markdown that shows exactly it, with web addresses as links."""
    line = " ".join(line.split())
    written, end = "", 0
    for address in ADDRESS.finditer(line):
        written += MEANS_SOMETHING.sub(r"\\\g<0>", line[end : address.start()]) + f"<{address[0]}>"
        end = address.end()
    written += MEANS_SOMETHING.sub(r"\\\g<0>", line[end:])
    first = MEANS_SOMETHING_FIRST.match(written)
    return f"{first[1] or ''}\\{written[first.start(2) :]}" if first else written
