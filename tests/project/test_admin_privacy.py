"""The URLs that Django's admin adds by itself tell nobody what they may not see."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client

from jobs.models import Job

from .. import factories
from ..admin import page
from ..factories import get_user, text_of
from .test_access import ROWS

# Other tests cover the same code.
pytestmark = [pytest.mark.any_engine, pytest.mark.unmeasured]

CHOOSE = "/admin/autocomplete/?app_label={}&model_name={}&field_name={}&term="

# No form of the admin has such a field, so nobody sees its pages of choices.
UNORDERED = "ignore::django.core.paginator.UnorderedObjectListWarning"

# Conditions on what a list doesn't show, which would tell it letter by letter.
LOOKUPS = {
    "departments/department": [
        "editors__password__startswith=p",
        "editors__email__contains=b",
        "jobs__department__editors__password__startswith=p",
        "recruiters__email__contains=b",
        "slug_redirects__department__status=draft",
    ],
    "departments/specialization": ["departmentspecialization__department__status=draft"],
    "jobs/job": ["department__editors__password__startswith=p", "department__status=draft", "department__name=x"],
    "policeapp/user": ["password__startswith=p", "password=p", "departments_edited__name=x", "logentry__object_repr=x"],
    "auth/group": ["user__password__startswith=p"],
}


def test_a_single_permission_opens_only_the_list_of_its_own_model(visitors):
    charlie = get_user("charlie")
    lists = {page(model, "list"): model for model in admin.site._registry}
    for permission in Permission.objects.exclude(codename="edit_every_department").select_related("content_type"):
        charlie.user_permissions.set([permission])
        opened = {url for url in lists if visitors["charlie"].get(url).status_code != 403}
        assert {lists[url] for url in opened} <= {permission.content_type.model_class()}, permission


@pytest.mark.parametrize(("model", "lookup"), [(model, lookup) for model in LOOKUPS for lookup in LOOKUPS[model]])
def test_lists_refuse_conditions_on_other_objects_and_secrets(visitors, model, lookup):
    for name in ("clara", "rita", "bob", "alice"):
        assert visitors[name].get(f"/admin/{model}/?{lookup}").status_code in (400, 403), name
    assert visitors["alice"].get(f"/admin/{model}/").status_code == 200


@pytest.mark.parametrize("query", ["_to_field=password", "_popup=1&_to_field=password", "_to_field=nothing"])
def test_choices_are_never_identified_by_a_secret(visitors, query):
    for path in ("/admin/policeapp/user/", "/admin/policeapp/user/add/"):
        assert visitors["alice"].get(f"{path}?{query}").status_code == 400


@pytest.mark.filterwarnings(UNORDERED)
@pytest.mark.parametrize(
    ("field", "allowed"),
    [
        ("jobs alert subscriber", {"alice"}),
        ("jobs message alert", {"alice"}),
        ("jobs notifiedopening message", {"alice"}),
        ("admin logentry user", {"clara", "alice"}),
        ("policeapp user groups", {"clara", "alice"}),
        ("jobs notifiedopening job", {"clara", "rita", "bob", "alice"}),
        ("jobs job title", set()),
        ("departments department nothing", set()),
        ("sessions session nothing", set()),
        ("nothing nothing nothing", set()),
    ],
)
def test_only_what_a_visitor_may_see_can_be_chosen(visitors, field, allowed):
    url = CHOOSE.format(*field.split())
    assert {name for name, client in visitors.items() if client.get(url).status_code == 200} == allowed


@pytest.mark.filterwarnings(UNORDERED)
def test_an_editor_chooses_from_their_own_rows_through_any_field(visitors, numbers):
    for field in ("jobs alert department", "departments division department", "departments slugredirect department"):
        found = visitors["bob"].get(CHOOSE.format(*field.split())).json()["results"]
        assert [result["text"] for result in found] == ["Bobtown Police, Westport, CT"]
    found = visitors["bob"].get(CHOOSE.format("jobs", "hiringstep", "job")).json()["results"]
    own = {str(pk) for pk in Job.objects.filter(department=numbers["own"]).values_list("pk", flat=True)}
    assert {result["id"] for result in found} == own


@pytest.mark.parametrize("query", ["term=%00", "page=0", "page=x", "page=9" + "9" * 30, "term=" + "x" * 5000])
def test_garbage_in_a_choice_is_no_error(visitors, query):
    url = CHOOSE.format("jobs", "job", "department").removesuffix("term=") + query
    assert visitors["alice"].get(url).status_code in (200, 400, 404)


def test_a_deletion_says_nothing_about_the_alerts_that_it_deletes(visitors, numbers):
    """A clerk may delete departments, but not see what an alert asks for."""
    job = Job.objects.select_related("department").get(pk=numbers["own job"])
    private = {"q": "zebra", "near": "Zebraville", "kind": "lateral", "state": "WY"}
    alert = factories.make_alert("jane@example.com", department=job.department, **private)
    digest = alert.messages.create(kind="digest")
    digest.notified_openings.create(subscriber=alert.subscriber, job=job, open_since=job.open_since)
    clara = get_user("clara")
    clara.user_permissions.add(Permission.objects.get(codename="edit_every_department"))
    chosen = {"action": "delete_selected", "_selected_action": [job.pk]}
    for response in (
        visitors["clara"].get(page(job.department, "delete")),
        visitors["bob"].get(page(job, "delete")),
        visitors["bob"].post(page(Job, "list"), chosen),
    ):
        text = text_of(response)
        assert "Notified openings: 1" in text or "would result in deleting" in text
        for words in ("jane@example.com", digest.key, alert.key, alert.subscriber.key, *private.values()):
            assert words not in text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x()"])
def test_a_sign_in_never_leads_to_another_site(numbers, target):
    sent = {"login": "alice@example.com", "password": "alice-password", "next": target}
    for url in ("/admin/login/", f"/admin/login/?next={target}"):
        response = Client().post(url, sent)
        assert response.status_code == 302 and response["Location"] == "/admin/"


def test_public_pages_never_look_at_the_session(monkeypatch, visitors, numbers, stored_logo):
    def fail(*args):
        raise AssertionError("A public page looked at the session.")

    urls = [url.format(**numbers) for url, _statuses in ROWS if not url.startswith("/admin/")]
    monkeypatch.setattr("django.contrib.sessions.backends.base.SessionBase._get_session", fail)
    monkeypatch.setattr("django.contrib.sessions.backends.base.SessionBase._session", property(fail))
    assert len(urls) > 60
    for url in urls:
        response = visitors["alice"].get(url)
        response.getvalue()
        assert response.status_code < 500, url
