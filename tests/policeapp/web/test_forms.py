"""The widget for long lists of choices."""

import re

from policeapp.web.forms import LongSelect


def test_a_long_select_escapes_its_choices_and_marks_the_chosen_one():
    choices = [("", "Any"), ('a"b', "A & <b>"), (5, "Five")]
    widget = LongSelect(choices=choices)
    html = widget.render("letter", 5, {"id": "letter"})
    assert html.startswith("<select ") and 'name="letter"' in html and 'id="letter"' in html
    assert re.findall("<option.*?</option>", html) == [
        '<option value="">Any</option>',
        '<option value="a&quot;b">A &amp; &lt;b&gt;</option>',
        '<option value="5" selected>Five</option>',
    ]
