"""Every list of the admin takes few queries, whatever its number of rows."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from departments.models import SlugRedirect
from jobs.alerts.messages import Message
from policeapp.accounts.models import AuditEvent

from .. import factories
from ..admin import page

pytestmark = pytest.mark.django_db

MOST = 12


def make_rows(number):
    """Create rows for every list."""
    for name in (f"{number} {each}" for each in range(number)):
        department = factories.make_department(f"Department {name}")
        factories.make_place(f"Town {name}")
        factories.make_jurisdiction(f"Town {name}", departments=[department])
        factories.make_specialization(f"Skill {name}")
        factories.make_job(department)
        factories.make_connector(department)
        factories.make_api_key(department)
        factories.make_correction(department)
        factories.make_claim(department)
        factories.make_import(by=factories.make_user(name.replace(" ", "-"), is_staff=True))
        SlugRedirect.objects.create(state="CT", slug=f"former-{name.replace(' ', '-')}", department=department)
        alert = factories.make_alert(f"{name.replace(' ', '-')}@example.com", department=department)
        Message.objects.create(kind="confirm", alert=alert)
        AuditEvent.objects.create(kind="signed in", about=name)
        Group.objects.create(name=name)


def queries_of_lists(client):
    """Return ``{model: number of queries}`` of all lists. Each must have rows."""
    counted = {}
    for model in admin.site._registry:
        with CaptureQueriesContext(connection) as captured:
            response = client.get(page(model, "list"))
        assert response.context["cl"].result_count, f"make_rows() makes no row of {model.__name__}."
        counted[model.__name__] = len(captured)
    return counted


def test_every_list_takes_few_queries_and_no_more_with_more_rows(alice):
    make_rows(1)
    queries_of_lists(alice)  # queries that a process makes once, such as those for content types
    few = queries_of_lists(alice)
    make_rows(12)
    assert queries_of_lists(alice) == few
    assert max(few.values()) <= MOST
