"""Convert HTML of other websites to our Markdown.

Only the tags in ``ALLOWED`` become Markdown. Of other tags the text stays, and of those in ``DROPPED`` nothing does.
"""

import re
from html import unescape
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from markdownify import MarkdownConverter

from .. import plain_text

ALLOWED = [
    *("p", "div", "br", "ul", "ol", "li", "b", "strong", "i", "em", "a", "blockquote"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "tr", "td", "th"),
]
DROPPED = [
    *("script", "style", "template", "iframe", "object", "embed", "svg", "math", "noscript", "head", "title", "form"),
    *("button", "input", "select", "textarea", "img", "video", "audio", "canvas", "link", "meta"),
]
TAG = re.compile(r"</?[a-z][a-z0-9]*(\s[^<>]*)?/?>", re.IGNORECASE)
ESCAPED_TAG = re.compile(r"&lt;/?(p|br|ul|ol|li|div|strong|b|h[1-6])\b[^<>&]*&gt;", re.IGNORECASE)
SCHEMES = {"http", "https", "mailto", "tel"}
DEEPEST = 100  # tags inside each other; more would exhaust the stack


class _Converter(MarkdownConverter):
    def escape(self, text, parent_tags):
        """Escape what means something in Markdown, and turn URLs into links, as in plain text."""
        if not text.strip():
            return text
        if "a" in parent_tags:
            return plain_text.MARKUP.sub(r"\\\g<0>", text)
        before, after = (" " if edge.isspace() else "" for edge in (text[0], text[-1]))
        return f"{before}{plain_text.escape_markdown(text)}{after}"

    def convert_a(self, el, text, parent_tags):
        """Links to anything but web pages, email addresses and phones lose their target."""
        try:
            parts = urlsplit((el.get("href") or "").strip())
        except ValueError:
            return text
        is_whole = parts.scheme in SCHEMES and (parts.netloc or parts.scheme in ("mailto", "tel"))
        return super().convert_a(el, text, parent_tags) if is_whole and text.strip() else text

    def convert_hN(self, n, el, text, parent_tags):
        """Pages have their own headings above these."""
        return super().convert_hN(max(n, 2), el, text, parent_tags)

    def convert_td(self, el, text, parent_tags):
        return f" {text.strip()}"

    convert_th = convert_td

    def convert_tr(self, el, text, parent_tags):
        """A table becomes lines, because our Markdown has no tables."""
        return f"{text.strip()}\n\n" if text.strip() else ""


def to_markdown(text):
    """Convert HTML to Markdown. Text without tags is converted as plain text."""
    if ESCAPED_TAG.search(text) and not TAG.search(text):
        text = unescape(text)
    if not TAG.search(text):
        return plain_text.to_markdown(text)
    soup = BeautifulSoup(text.replace("\0", ""), "html.parser")
    for tag in soup(DROPPED):
        tag.decompose()
    if _is_deeper(soup, DEEPEST):
        return plain_text.to_markdown(soup.get_text("\n"))
    options = {"heading_style": "atx", "bullets": "-", "autolinks": False, "convert": ALLOWED}
    found = _Converter(newline_style="backslash", **options).convert_soup(soup)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t\xa0]+$", "", found, flags=re.MULTILINE)).strip()


def to_text(text):
    """Convert HTML to one line of plain text, such as a title."""
    if TAG.search(text):
        text = BeautifulSoup(text, "html.parser").get_text(" ")
    return " ".join(unescape(text).split())


def _is_deeper(soup, limit):
    """Return whether tags are nested deeper than the limit, without recursion."""
    level = [soup]
    for _depth in range(limit):
        level = [child for tag in level for child in tag.find_all(True, recursive=False)]
        if not level:
            return False
    return True
