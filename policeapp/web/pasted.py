"""What people paste from Word, Outlook, web pages and PDF files: plain text and HTML with lists and paragraphs.

Both functions return Markdown. :func:`read_lines` is a part of rendering, so fields store what people typed.
"""

import re
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup
from bs4.element import PreformattedString
from markdownify import ATX, MarkdownConverter

# The last ones are those of the fonts Symbol and Wingdings.
BULLETS = "•●▪◦‣⁃∙■□○➢►❖\uf0b7\uf0a7\uf0a8\uf0d8\uf0fc\uf076\uf071"
INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\x00-\x08\x0e-\x1f]")
# Characters that mean something in Markdown inside a line.
MARKUP = re.compile(r"[\\`*\[<]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
# What follows "https://" or "www." in a web address, without the punctuation after it.
URL_REST = r"[^\s<>\"“”‘’\\^`{|}]*[^\s<>\"“”‘’\\^`{|}.,;:!?')\]*]"

BLANK = "[ \t\xa0]"
# A bullet, or a letter or dash that a wide space makes one: Word writes "o" and "§" for its own bullets.
ITEM = re.compile(rf"{BLANK}*(?:([{BULLETS}])|([–—·§oØüvq])(?=\t| ?\xa0|  )|(-)(?= ?\xa0)){BLANK}*(?=[^ \t\xa0])(.*)")
# A dash that is a bullet if the next or the last line has one, too.
DASH = re.compile(rf"{BLANK}*(?:([–—·]){BLANK}+|(-)(?=[^\W\d_]))(?=\S)(.*)")
NATIVE_ITEM = re.compile(r"([ \t]*)([-*+])[ \t]+(?=\S)(.*)")
NUMBERED = re.compile(rf"({BLANK}*)(\d{{1,9}})([.)]){BLANK}+(?=\S)(.*)")
# Headings, lines, quotations and bullets without text, which only Markdown has.
OTHER = re.compile(r"[ \t]*(?:#{1,6}(?:\s|$)|>|(?:[-=*_+][ \t]*)+$)")
ALONE = re.compile(rf"(?m)^({BLANK}*[{BULLETS}]){BLANK}*\n\s*(?=[^\s{BULLETS}])")
# A bullet with Word's tab, in a text that has lost its line breaks.
INSIDE = re.compile(rf"(?<=\S){BLANK}{{0,4}}(?=[{BULLETS}]\t)")
# What Markdown would take for a numbered list, a quotation or a heading: "1986. We", "> 21 years", "# of officers".
MISREAD = re.compile(r"(\d{3,9})(?=[.)](?:\s|$))|(?=>\s*[\d$=])|(?=#\s+of\b)")
# "a." or "iv)" begins an item, although it is lowercase.
LETTERED = re.compile(r"[a-z]{1,4}[.)]\s")
SENTENCE_END = tuple(".!?:;")
WRAPPED = range(40, 110)  # characters of a line that a PDF file or a person broke, because it was full


def read_lines(text):
    """Return Markdown for a text that is Markdown, pasted plain text, or both.

    Bullets of any kind make a list. Line breaks that end a line before it is full stay; full lines are joined.
    """
    text = INSIDE.sub("\n", ALONE.sub(r"\1 ", INVISIBLE.sub("", text)))
    lines = [part for line in text.split("\n") for part in _split_items(line)]
    reader = _Reader()
    for number, line in enumerate(lines):
        around = lines[max(number - 1, 0) : number] + lines[number + 1 : number + 2]
        reader.read(line, around)
    return "\n".join(reader.written)


def _split_items(line):
    """Split a line that begins with a bullet at each bullet of the same kind."""
    first = line.lstrip()[:1]
    if not first or first not in BULLETS or line.count(first) == 1:
        return [line]
    return [f"{first} {part}" for part in line.split(first) if part.strip()]


class _Reader:
    """Writes lines as Markdown. It remembers the lists that are open, and the last line."""

    def __init__(self):
        self.written = []
        self.signs = []  # the bullets of the open list and of the lists in it, outermost first
        self.numbers = []  # [indent, last number] of the same for numbered lists
        self.last, self.kind = "", "blank"

    def read(self, line, around):
        if not line.strip():
            self._write("", "", "blank")
        elif found := self._item(line, around):
            self._write_item(*found)
        elif found := NUMBERED.match(line):
            self._write_numbered(line, *found.groups())
        elif OTHER.match(line) and not MISREAD.match(line.lstrip()):
            self._end_lists(line)
            # A single sign below a line would make that line a heading.
            if self.kind == "text" and line.strip() in ("-", "="):
                self.written.append("")
            self._write(line, line, "other")
        elif found := NATIVE_ITEM.match(line):
            self._write(line[: found.start(3)] + _plain(found[3]), found[3], "item")
        else:
            self._write_text(line)

    def _write(self, line, text, kind):
        self.written.append(line)
        self.last, self.kind = text, kind

    def _item(self, line, around):
        """Return the bullet of an item that Markdown would not see, and its text; else None."""
        if found := ITEM.match(line):
            return found[1] or found[2] or found[3], found[4]
        if (found := DASH.match(line)) and any(
            (other := DASH.match(each)) and (other[1] or other[2]) == (found[1] or found[2]) for each in around
        ):
            return found[1] or found[2], found[3]
        native = NATIVE_ITEM.match(line)
        return (native[2], native[3]) if native and self.signs else None

    def _write_item(self, sign, text):
        """Write an item. A bullet that the open lists don't have begins a list in the last item."""
        if sign in self.signs:
            del self.signs[self.signs.index(sign) + 1 :]
        else:
            self.signs.append(sign)
        self.numbers = []
        self._write(f"{'  ' * (len(self.signs) - 1)}- {_plain(text)}", text, "item")

    def _write_numbered(self, line, indent, number, end, text):
        indent, number = len(indent.expandtabs(4)), int(number)
        while self.numbers and self.numbers[-1][0] > indent:
            self.numbers.pop()
        if self.kind == "text" and number != 1 and not self.numbers:
            return self._write_text(line)
        if not self.numbers or indent > self.numbers[-1][0] + 1 and number != self.numbers[-1][1] + 1:
            if number > 99:
                return self._write_text(line)
            self.numbers.append([indent, number])
        elif number in (1, self.numbers[-1][1], self.numbers[-1][1] + 1):
            self.numbers[-1][1] = number
        else:  # Markdown would renumber it
            return self._write_text(f"{number}\\{end} {text}")
        self.signs = []
        self._write(f"{' ' * self.numbers[-1][0]}{number}{end} {_plain(text)}", text, "item")

    def _write_text(self, line):
        text, start = line.strip(), line.lstrip(" \t")
        indent = line[: -len(start)]
        if not indent and (self.kind == "blank" or (self.kind == "item" and not self._continues(text))):
            self._end_lists(line)
            if self.kind == "item":
                self._write("", "", "blank")
        elif self.kind == "text" and not self._continues(text):
            if len(self.last) >= WRAPPED.stop:
                self.written.append("")
            elif not self.written[-1].endswith(("  ", "\\")):
                self.written[-1] += "  "
        self._write(indent + _plain(start), text, "item" if self.kind == "item" else "text")

    def _continues(self, line):
        """Return whether this line belongs to the sentence of the last one."""
        if line[0].islower() and not LETTERED.match(line):
            return True
        return len(self.last) in WRAPPED and not self.last.endswith(SENTENCE_END)

    def _end_lists(self, line):
        if line[:1] not in " \t":
            self.signs, self.numbers = [], []


def _plain(text):
    """Escape the beginning of a text if Markdown would misread it."""
    found = MISREAD.match(text)
    return f"{found[0]}\\{text[found.end() :]}" if found else text


# HTML

MAX_HTML = 300_000  # characters; Word writes about ten for each of its text
# Parsers take long for many tags, and very long for tags that don't end. Browsers copy none that don't.
MAX_TAGS, MAX_OPEN = 20_000, 100
MAX_DEPTH = 100  # tags in tags; the converter calls itself for each
KEPT = ["a", "b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "p", "div", "br"]
DROPPED = ["head", "script", "style", "title", "template", "svg", "math", "object", "iframe", "select", "textarea"]
HEADINGS = KEPT[3:9]
WORD_ITEM = re.compile(r"mso-list:\s*l\d+\s+level(\d)")
WORD_BULLET = re.compile(r"mso-list:\s*ignore", re.IGNORECASE)
NUMBER = re.compile(r"\W*\w{1,4}[.)]")
BOLD = re.compile(r"font-weight:\s*(?:bold|[6-9]00)")
NOT_BOLD = re.compile(r"font-weight:\s*(?:normal|[1-5]00)")
LINK = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)


class _Converter(MarkdownConverter):
    """Escapes only what would be markup, so that people can read the text."""

    def escape(self, text, parent_tags):
        return MARKUP.sub(r"\\\g<0>", re.sub(r"\s+", " ", text))


def html_to_markdown(html):
    """Convert copied HTML to Markdown with its bold text, lists, headings and links, and drop the rest.

    Raise ``ValueError`` if it is too long or nested too deeply.
    """
    html = (html.partition("<!--StartFragment-->")[2] or html).partition("<!--EndFragment-->")[0]
    open_parts = _unended(html, "<", ">") + _unended(html, "<!--", "-->")
    if len(html) > MAX_HTML or html.count("<") > MAX_TAGS or open_parts > MAX_OPEN:
        raise ValueError("The HTML is too long.")
    soup = BeautifulSoup(html, "html.parser")
    _check_depth(soup)
    _clean(soup)
    text = _Converter(convert=KEPT, heading_style=ATX, bullets="-").convert_soup(soup)
    text = re.sub(r"(?m)^[ \t]+$", "", INVISIBLE.sub("", text))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _unended(html, begin, end):
    """Return how many parts of HTML begin after the last end of one. Parsers read all that follows for each of them."""
    return html.rpartition(end)[2].count(begin)


def _check_depth(soup):
    depths = {id(soup): 0}
    for tag in soup.find_all(True):
        depths[id(tag)] = depths[id(tag.parent)] + 1
        if depths[id(tag)] > MAX_DEPTH:
            raise ValueError("The HTML is nested too deeply.")


def _clean(soup):
    for node in soup.find_all(string=lambda text: isinstance(text, PreformattedString)):
        node.extract()
    for tag in soup(DROPPED):
        tag.decompose()
    _nest_word_lists(soup)
    for tag in soup(["b", "strong", "span"]):
        style = str(tag.get("style", ""))
        is_bold = BOLD.search(style) if tag.name == "span" else not NOT_BOLD.search(style)
        # Headings are bold already, and whole documents of Google are in a <b> that is not.
        if is_bold and not tag.find_parent([*HEADINGS, "b"]) and not tag.find(["p", "div", "ul", "ol", *HEADINGS]):
            tag.name = "b"
        else:
            tag.unwrap()
    for tag in soup("a"):
        tag.attrs = {"href": target} if (target := _target(str(tag.get("href", "")))) else {}
        if not target:
            tag.unwrap()
    for tag in soup("tr"):
        if not tag.find(["ul", "ol", "table"]):
            tag.string = ", ".join(text for cell in tag(["td", "th"]) if (text := " ".join(cell.get_text(" ").split())))
    for tag in soup(["table", "thead", "tbody", "tr", "td", "th"]):
        tag.name = "div"
    _tidy_lists(soup)


def _target(url):
    """Return the URL that a link leads to, without the redirects of Outlook and Google; "" if it is not a web link."""
    url = url.strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if not LINK.match(url):
        return ""
    is_redirect = parts.netloc.endswith("safelinks.protection.outlook.com") or (
        parts.netloc == "www.google.com" and parts.path == "/url"
    )
    query = parse_qs(parts.query) if is_redirect else {}
    return _target((query.get("url") or query.get("q") or [""])[0]) if query else url


def _nest_word_lists(soup):
    """Make lists of the paragraphs that Word shows as items."""
    open_lists = []  # (level, list), outermost first
    for item in soup.find_all(style=WORD_ITEM):
        level = int(WORD_ITEM.search(item["style"])[1])
        bullet = item.find(style=WORD_BULLET)
        kind = "ol" if bullet and NUMBER.fullmatch(bullet.get_text().strip()) else "ul"
        if bullet:
            bullet.decompose()
        if open_lists and item.find_previous_sibling() is not open_lists[0][1]:
            open_lists = []
        while open_lists and open_lists[-1][0] > level:
            open_lists.pop()
        if open_lists and open_lists[-1][0] == level and open_lists[-1][1].name != kind:
            open_lists.pop()
        if not open_lists or open_lists[-1][0] < level:
            new = soup.new_tag(kind)
            if open_lists:
                open_lists[-1][1].find_all("li", recursive=False)[-1].append(new)
            else:
                item.insert_before(new)
            open_lists.append((level, new))
        item.name, item.attrs = "li", {}
        open_lists[-1][1].append(item.extract())


def _tidy_lists(soup):
    """Put lists that are in a list into the item before them, and the only paragraph of an item into the item."""
    for tag in soup(["ul", "ol"]):
        before = tag.find_previous_sibling()
        if tag.parent.name in ("ul", "ol") and before and before.name == "li":
            before.append(tag.extract())
    for item in soup("li"):
        paragraphs = item(["p", "div"], recursive=False)
        if len(paragraphs) == 1:
            paragraphs[0].unwrap()
