"""The admin as a clerk meets it: open a form, change it, save it, read what it answers."""

import re
from html import unescape

from django.test import Client

from tests.factories import form_of

# What a field may meet.
EXTREMES = [
    "nothing\0here",
    "x" * 25_000,
    "9" * 30,
    "-" + "9" * 30,
    "99999",
    "1e999",
    "NaN",
    "-0",
    "9999-12-31",
    "0001-01-01",
    "23:59:59.999999",
    "<script>alert(1)</script>",
    "٣",
    "\u202e𐎀",
    " ",
]

NO_CHOICE = ["one", "-1", "9" * 30, "nothing\0here"]


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def page(thing, name="change"):
    """The address of a page of the admin about a saved object, or about all of a model."""
    options = thing._meta
    base = f"/admin/{options.app_label}/{options.model_name}/"
    return {"list": base, "add": f"{base}add/"}.get(name) or f"{base}{thing.pk}/{name}/"


def save(client, thing, **changes):
    """Open the page of the object (or the page to add one), change some fields, press Save; the last response."""
    url = page(thing) if getattr(thing, "pk", None) and not isinstance(thing, type) else page(thing, "add")
    return client.post(url, form_of(client.get(url)) | changes, follow=True)


def saved(response):
    """Whether the last response is the list that follows after saving, and not the form with errors."""
    return bool(response.redirect_chain)


def errors_of(response):
    """The messages of the form, each with the name of its field, "" for those of the whole form."""
    context = response.context
    found = {}
    for form in [
        context["adminform"].form,
        *(form for formset in context["inline_admin_formsets"] for form in formset.forms),
    ]:
        for field, messages in form.errors.items():
            found[form.add_prefix(field) if field != "__all__" else ""] = list(messages)
    return found


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def rows_of(response):
    """The texts of the first column of a list of the admin."""
    return [
        unescape(words) for words in re.findall(r'<th class="field-[^"]*"><a [^>]*>([^<]*)</a></th>', html_of(response))
    ]


def html_of(response):
    return response.content.decode()


def listed(client, model, query=""):
    response = client.get(f"{page(model, 'list')}?{query}")
    assert response.status_code == 200, response
    return rows_of(response)


def peel(client, url, form, names, value):
    """Type the value into all these fields; again only into those that took it; and so on until it is saved.

    So every field meets it, and whatever a field takes has to be saved without an exception too.
    """
    while True:
        response = client.post(url, form | dict.fromkeys(names, value))
        assert response.status_code in (200, 302)
        if response.status_code == 302:
            return
        assert "<script>alert" not in html_of(response)
        errors = errors_of(response)
        refused = [name for name in names if name in errors]
        assert errors, "It is neither saved nor refused."
        if not refused:
            return
        names = [name for name in names if name not in refused]
