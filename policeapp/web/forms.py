"""How all forms are rendered, two widgets, and one form for the text that forms return."""

import re
from html import escape

from django import forms
from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import mark_safe

# Everything that ends a line in Unicode, except "\n".
LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


class SiteRenderer(TemplatesSetting):
    """Renders a field with its label, hint and errors by our own partial; widgets are Django's."""

    field_template_name = "_field.html"


class MarkdownWidget(forms.Textarea):
    """A textarea of the admin with buttons and a preview. Without JavaScript it is a textarea."""

    template_name = "django/forms/widgets/markdown.html"

    class Media:
        js = [forms.Script("js/markdown.js", defer=True)]

    def __init__(self, attrs=None):
        super().__init__({"class": "vLargeTextField"} | (attrs or {}))


class LongSelect(forms.Select):
    """A select for many choices without groups. A template would take as long for them as for the rest of a page."""

    def render(self, name, value, attrs=None, renderer=None):
        chosen = self.format_value(value)
        options = []
        for key, label in self.choices:
            selected = " selected" if str(key) in chosen else ""
            options.append(f'<option value="{escape(str(key))}"{selected}>{escape(str(label))}</option>')
        return format_html(
            "<select{}>{}</select>",
            flatatt(self.build_attrs(self.attrs | {"name": name}, attrs)),
            mark_safe("".join(options)),  # nosec B308, B703 # escaped above
        )


def normalize_lines(text):
    """Return the text with "\\n" as its only line break, and without white space at its ends.

    Browsers send CRLF, and files have any of them.
    """
    return LINE_BREAK.sub("\n", text).strip()


def printable_line(text):
    """Return the text on one line without unprintable characters, so that it cannot add a header."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


class LineField(forms.CharField):
    """One line of text without unprintable characters."""

    def to_python(self, value):
        return printable_line(super().to_python(value))
