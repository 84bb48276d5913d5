"""Long text is CommonMark: editors get lists, headings and links, and nobody gets HTML, scripts or foreign images."""

import re

from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]*\s*:", re.IGNORECASE)
WANTED = re.compile(r"(https?|mailto|tel):", re.IGNORECASE)


def _link(renderer, tokens, index, options, env):
    tokens[index].attrSet("rel", "nofollow noopener")
    return renderer.renderToken(tokens, index, options, env)


_markdown = MarkdownIt("commonmark", {"html": False}).disable("image")
_markdown.add_render_rule("link_open", _link)
# The library lets some data: addresses through.
_markdown.validateLink = lambda address: not SCHEME.match(address) or bool(WANTED.match(address))


def render(text, top=3):
    """The text as safe HTML. HTML in it is shown as it was typed; ``javascript:`` links stay text.

    Its headings are ranked among themselves and begin at ``top``, one below the heading that the text stands under.
    """
    tokens = _markdown.parse(text or "")
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    ranks = sorted({token.tag for token in headings})
    for token in headings:
        token.tag = f"h{min(6, top + ranks.index(token.tag))}"
    # HTML in the text is text to it, and it makes no link but to web and e-mail addresses.
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return mark_safe(html)  # nosec B308, B703
