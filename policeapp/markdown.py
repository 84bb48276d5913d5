"""Long text is CommonMark: editors get lists, headings and links, and nobody gets HTML, scripts or foreign images."""

from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

# Headings start below the page's own sections, which are <h2>.
HEADING_SHIFT = 2


def _heading(renderer, tokens, index, options, env):
    token = tokens[index]
    token.tag = f"h{min(6, int(token.tag[1]) + HEADING_SHIFT)}"
    return renderer.renderToken(tokens, index, options, env)


def _link(renderer, tokens, index, options, env):
    tokens[index].attrSet("rel", "nofollow noopener")
    return renderer.renderToken(tokens, index, options, env)


_markdown = MarkdownIt("commonmark", {"html": False}).disable("image")
for _kind in ("heading_open", "heading_close"):
    _markdown.add_render_rule(_kind, _heading)
_markdown.add_render_rule("link_open", _link)


def render(text):
    """The text as safe HTML. HTML in it is shown as it was typed; ``javascript:`` links stay text."""
    return mark_safe(_markdown.render(text or ""))
