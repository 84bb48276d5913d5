"""Two people press "Save" at the same instant, each with a connection of their own. Only PostgreSQL has two at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection
from django.db.models.signals import post_save

from departments.models import Department, Specialization
from policeapp.models import AuditEvent
from tests.admin import errors_of, page, saved, signed_in
from tests.factories import form_of, make_alice, make_bob, make_department, make_user, text_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
]

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.fixture
def at_once():
    """``at_once(model, *requests)``: run the first request until it has saved an object of the model, but not its
    transaction; start the second; when that waits for the first, let the first go on. Return both responses."""
    has_saved, answers = Event(), []

    def wait(sender, **kwargs):
        if not has_saved.is_set():
            has_saved.set()
            while not (len(answers) == 2 and answers[1].done()) and not is_anyone_waiting():
                pass

    def is_anyone_waiting():
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            return cursor.fetchone()[0]

    def run(request):
        try:
            return request()
        finally:
            connection.close()

    def start(model, first, second):
        post_save.connect(wait, model)
        try:
            with ThreadPoolExecutor(2) as threads:
                answers.append(threads.submit(run, first))
                assert has_saved.wait(30)
                answers.append(threads.submit(run, second))
                return [answer.result() for answer in answers]
        finally:
            post_save.disconnect(wait, model)

    return start


def sending(url, changes):
    """Open the form as Alice, and return a function that sends it."""
    client = signed_in(sending.alice)
    form = form_of(client.get(url)) | changes
    return lambda: client.post(url, form, follow=True)


@pytest.fixture(autouse=True)
def alice(transactional_db):
    sending.alice = make_alice()


def test_only_one_of_two_changes_of_a_field_is_saved(at_once):
    url = page(make_department())
    first, second = at_once(Department, *(sending(url, {"chief_name": name}) for name in ("Ada", "Grace")))
    assert saved(first) and not saved(second)
    assert errors_of(second)["chief_name"] == ["Now: Ada. You entered: Grace."]
    assert Department.objects.get().chief_name == "Ada"


def test_two_new_divisions_of_one_name_are_a_form_error(at_once):
    url = page(make_department())
    added = {"divisions-TOTAL_FORMS": "1", "divisions-0-name": "Ops", "divisions-0-order": "1", "chief_name": "Ada"}
    first, second = at_once(Department, sending(url, added), sending(url, added))
    assert saved(first) and not saved(second)
    assert "Division “Ops”" in text_of(second)


def test_two_new_departments_of_one_name_get_different_slugs(at_once):
    add = sending("/admin/departments/department/add/", {"name": "Own Police", "state": "CT"})
    again = sending("/admin/departments/department/add/", {"name": "Own Police", "state": "CT"})
    assert all(saved(response) for response in at_once(Department, add, again))
    assert len(set(Department.objects.values_list("slug", flat=True))) == 2


def test_two_departments_of_one_ori_are_a_form_error(at_once):
    urls = [page(make_department(name)) for name in ("First Police", "Second Police")]
    first, second = at_once(Department, *(sending(url, {"ori": "CT0000001"}) for url in urls))
    assert saved(first)
    assert sum(errors_of(second).values(), []) == ["Another department has this ORI."]


def test_two_specializations_of_one_name_are_a_form_error(at_once):
    url = "/admin/departments/specialization/add/"
    first, second = at_once(Specialization, *(sending(url, {"name": "Drone"}) for _number in range(2)))
    assert saved(first)
    assert list(errors_of(second)) == ["name"]


def test_one_of_two_editors_who_remove_each_other_stays(at_once):
    department = make_department()
    bob, bill = make_bob(department), make_user("bill", is_staff=True)
    department.editors.add(bill)
    clients = {bill: signed_in(bob), bob: signed_in(bill)}

    def removing(person):
        return lambda: clients[person].post(page(department, "team"), {"remove": f"editor {person.pk}"})

    at_once(AuditEvent, removing(bill), removing(bob))
    assert list(department.editors.all()) == [bob]
