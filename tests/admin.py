"""Helpers for tests of the admin: open a form, change it, save it and read the response."""

import re
from html import unescape
from types import SimpleNamespace

from allauth.account.internal.flows.login import record_authentication
from django.test import Client

from tests.factories import form_of, html_of

# Extreme values for form fields.
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
    """Return a client of the person, who has just signed in with the password."""
    client = Client()
    sign_in(client, person)
    return client


def sign_in(client, person, method="password"):
    """Sign the person in with ``method``, as django-allauth records it."""
    client.force_login(person)
    session = client.session
    record_authentication(SimpleNamespace(session=session), person, method)
    session.save()


def page(target, name="change"):
    """Return the URL of an admin page: of a saved object, or "list" or "add" of a model."""
    options = target._meta
    base = f"/admin/{options.app_label}/{options.model_name}/"
    return {"list": base, "add": f"{base}add/"}.get(name) or f"{base}{target.pk}/{name}/"


def save(client, target, **changes):
    """Open the form of an object, or the add form of a model, change fields and save. Return the last response."""
    url = page(target) if getattr(target, "pk", None) and not isinstance(target, type) else page(target, "add")
    return client.post(url, form_of(client.get(url)) | changes, follow=True)


def saved(response):
    """Return True if the form was saved, and False if it came back with errors."""
    return bool(response.redirect_chain)


def ask(client, action, jobs, url="/admin/jobs/job/", **values):
    """Choose an action for these jobs in the list, and return the page that asks whether to do it."""
    return client.post(url, {"action": action, "_selected_action": [job.pk for job in jobs]} | values)


def act(client, action, jobs, url="/admin/jobs/job/", **values):
    """Choose an action for these jobs in the list, and confirm it. Return the last response."""
    return client.post(url, form_of(ask(client, action, jobs, url)) | values, follow=True)


def errors_of(response):
    """Return the form's errors as ``{field name: [messages]}``. The key of non-field errors is ""."""
    context = response.context
    errors = {}
    for form in [
        context["adminform"].form,
        *(form for formset in context["inline_admin_formsets"] for form in formset.forms),
    ]:
        for field, messages in form.errors.items():
            errors[form.add_prefix(field) if field != "__all__" else ""] = list(messages)
    return errors


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def rows_of(response):
    """Return the texts in the first column of a change list."""
    return [
        unescape(text) for text in re.findall(r'<th class="field-[^"]*"><a [^>]*>([^<]*)</a></th>', html_of(response))
    ]


def listed(client, model, query=""):
    response = client.get(f"{page(model, 'list')}?{query}")
    assert response.status_code == 200, response
    return rows_of(response)


def peel(client, url, form, names, value):
    """Post the form with the value in all these fields, then only in the fields that accepted it, until it is saved.

    So each field validates the value, and each accepted value is also saved.
    """
    while True:
        response = client.post(url, form | dict.fromkeys(names, value))
        assert response.status_code in (200, 302)
        if response.status_code == 302:
            return
        assert "<script>alert" not in html_of(response)
        errors = errors_of(response)
        rejected = [name for name in names if name in errors]
        assert errors, "The form was not saved and has no errors."
        if not rejected:
            return
        names = [name for name in names if name not in rejected]
