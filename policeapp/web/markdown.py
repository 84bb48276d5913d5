"""Renders editors' texts from Markdown (CommonMark) without raw HTML, images, code blocks or unsafe links.

Indented lines are plain lines, because people indent paragraphs and write no code. What pasted text has instead of
Markdown is read by :mod:`policeapp.web.pasted`. Web and email addresses are links.
"""

import re

from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from .forms import normalize_lines
from .pasted import URL_REST, read_lines

SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]*\s*:", re.IGNORECASE)
ALLOWED_SCHEME = re.compile(r"(https?|mailto|tel):", re.IGNORECASE)
WEB = rf"(?:https?://|www\.){URL_REST}"
EMAIL = r"[\w.+%-]{1,64}@(?:[a-z\d-]+\.)+[a-z]{2,}"
# An address does not begin inside a word, so a long word is read only once.
ADDRESS = re.compile(rf"(?<![\w.+%@/-])(?:(?P<web>{WEB})|(?P<email>{EMAIL}))", re.IGNORECASE)


def _link(renderer, tokens, index, options, env):
    tokens[index].attrSet("rel", "nofollow noopener")
    return renderer.renderToken(tokens, index, options, env)


def _link_addresses(state):
    """Make links of web and email addresses that are outside of links and code."""
    for block in state.tokens:
        if block.type == "inline" and ADDRESS.search(block.content):
            block.children = list(_with_links(block.children))


def _with_links(tokens):
    is_in_link = False
    for token in tokens:
        if token.type in ("link_open", "link_close"):
            is_in_link = token.type == "link_open"
        if token.type != "text" or is_in_link:
            yield token
            continue
        end = 0
        for found in ADDRESS.finditer(token.content):
            yield _text(token.content[end : found.start()])
            yield Token("link_open", "a", 1, attrs={"href": _markdown.normalizeLink(_url(found))})
            yield _text(found[0])
            yield Token("link_close", "a", -1)
            end = found.end()
        yield _text(token.content[end:])


def _text(content):
    return Token("text", "", 0, content=content)


def _url(found):
    if found["email"]:
        return f"mailto:{found[0]}"
    return found[0] if "://" in found[0] else f"https://{found[0]}"


_markdown = MarkdownIt("commonmark", {"html": False}).disable(["image", "code", "fence"])
_markdown.core.ruler.push("link_addresses", _link_addresses)
_markdown.add_render_rule("link_open", _link)
# The library's own check allows some data: URLs.
_markdown.validateLink = lambda url: not SCHEME.match(url) or bool(ALLOWED_SCHEME.match(url))


def render(text, top=3):
    """Return the text as safe HTML. HTML in the text is escaped, and links to other schemes stay plain text.

    The highest heading in the text becomes ``<h{top}>``, the next ``<h{top + 1}>`` and so on.
    """
    tokens = _markdown.parse(read_lines(normalize_lines(text or "")))
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    levels = sorted({token.tag for token in headings})
    for token in headings:
        token.tag = f"h{min(6, top + levels.index(token.tag))}"
    # The renderer escapes HTML, and validateLink() allows only web, email and phone links.
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return mark_safe(html)  # nosec B308, B703
