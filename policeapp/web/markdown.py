"""Renders editors' texts from Markdown (CommonMark) without raw HTML, images or unsafe links."""

import re

from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]*\s*:", re.IGNORECASE)
ALLOWED_SCHEME = re.compile(r"(https?|mailto|tel):", re.IGNORECASE)


def _link(renderer, tokens, index, options, env):
    tokens[index].attrSet("rel", "nofollow noopener")
    return renderer.renderToken(tokens, index, options, env)


_markdown = MarkdownIt("commonmark", {"html": False}).disable("image")
_markdown.add_render_rule("link_open", _link)
# The library's own check allows some data: URLs.
_markdown.validateLink = lambda url: not SCHEME.match(url) or bool(ALLOWED_SCHEME.match(url))


def render(text, top=3):
    """Return the text as safe HTML. HTML in the text is escaped, and links to other schemes stay plain text.

    The highest heading in the text becomes ``<h{top}>``, the next ``<h{top + 1}>`` and so on.
    """
    tokens = _markdown.parse(text or "")
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    levels = sorted({token.tag for token in headings})
    for token in headings:
        token.tag = f"h{min(6, top + levels.index(token.tag))}"
    # The renderer escapes HTML, and validateLink() allows only web, email and phone links.
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return mark_safe(html)  # nosec B308, B703
