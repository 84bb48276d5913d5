"""Helpers that read a page: cards of a list, links, and messages beside fields."""

import re
from html import unescape

import brotli
from django.template.loader import render_to_string

ANSWER = re.compile(r'<section class="answer".*?</section>', re.DOTALL)


def cards(response):
    """Return the headings of the cards in order: names of departments or titles of jobs. See also ``answer``."""
    return _cards(ANSWER.sub("", html(response)))


def answer(response):
    """Return the headings of the cards under "Who polices here?" in order; [] if there is no such section."""
    return _cards("".join(ANSWER.findall(html(response))))


def _cards(markup):
    return [unescape(name) for name in re.findall(r'<li class="card"[^>]*>\s*<h3><a [^>]*>([^<]*)</a>', markup)]


def links(response):
    """Return ``{text: URL}`` of the page's links."""
    found = re.findall(r'<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', html(response), re.DOTALL)
    return {" ".join(unescape(re.sub(r"<[^>]+>", "", words)).split()): unescape(address) for address, words in found}


def message_at(response, field):
    """Return the error that the input of a field refers to, or "" if there is none."""
    control = re.search(rf'<(?:input|select)\b[^>]*\bname="{field}"[^>]*>', html(response))[0]
    described = re.search(r'aria-describedby="([^"]*)"', control)
    message = re.search(rf'<p class="error" id="({field}_error)">(.*?)</p>', html(response), re.DOTALL)
    if not message:
        return ""
    assert 'aria-invalid="true"' in control
    assert message[1] in described[1].split()
    return " ".join(unescape(re.sub(r"<span.*?</span>", "", message[2])).split())


def value_of(response, field):
    """Return the value of the input."""
    control = re.search(rf'<input\b[^>]*\bname="{field}"[^>]*>', html(response))[0]
    value = re.search(r'value="([^"]*)"', control)
    return unescape(value[1]) if value else ""


def html(response):
    return response.content.decode()


def compressed_size(template, **context):
    """Return the bytes of a part of a page, compressed with Brotli as our pages are."""
    return len(brotli.compress(render_to_string(template, context).encode(), quality=4))


def profile(client, department):
    """Return the response of the department's profile."""
    response = client.get(department.get_absolute_url())
    assert response.status_code == 200
    return response
