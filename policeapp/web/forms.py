"""How all forms are rendered, and one form for the text that they return."""

import re

from django.forms.renderers import TemplatesSetting

# Everything that ends a line in Unicode, except "\n".
LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


class SiteRenderer(TemplatesSetting):
    """Renders a field with its label, hint and errors by our own partial; widgets are Django's."""

    field_template_name = "_field.html"


def normalize_lines(text):
    """Return the text with "\\n" as its only line break, and without white space at its ends.

    Browsers send CRLF, and files have any of them.
    """
    return LINE_BREAK.sub("\n", text).strip()
