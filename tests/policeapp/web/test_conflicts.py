"""Two people save the same form of the admin: the second sees what the first has changed, and decides."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection

from departments.models import Department
from jobs.models import HiringStep, Job, Requirements
from tests.admin import act, errors_of, page, saved, signed_in
from tests.departments.imports.agency_files import import_rows
from tests.factories import (
    form_of,
    list_specializations,
    make_bob,
    make_charlie,
    make_division,
    make_job,
    make_requirements,
    make_specialization,
    make_step,
    make_user,
    set_by,
    text_of,
)
from tests.policeapp.database.test_unavailable import away

pytestmark = pytest.mark.django_db


@pytest.fixture
def dora(db):
    """A second administrator, signed in."""
    return signed_in(make_user("dora", is_staff=True, is_superuser=True, password="dora-password"))


class Open:
    """A form that a person has opened. ``send()`` changes fields and saves; the form that comes back is next."""

    def __init__(self, client, target):
        self.client, self.url = client, page(target)
        self.form = form_of(client.get(self.url))

    def send(self, **changes):
        response = self.client.post(self.url, self.form | changes, follow=True)
        if not saved(response):
            self.form = form_of(response)
        return response


def words_of(response):
    """Return the text of a page, with "now" for every time within the last minute."""
    return re.sub(r"\d+ seconds? ago|a second ago", "now", text_of(response))


def reload(target):
    return type(target).objects.get(pk=target.pk)


@pytest.mark.any_engine
class TestDepartment:
    def test_the_second_save_changes_nothing_and_says_who_changed_what(self, alice, dora, own):
        first, second = Open(alice, own), Open(dora, own)
        assert saved(first.send(chief_name="Ada Byron"))
        before, entries = Department.objects.values().get(), LogEntry.objects.count()
        response = second.send(chief_name="Grace Hopper", phone="203-341-6199")
        assert not saved(response)
        words = words_of(response)
        assert "Nothing is saved yet, because somebody changed this department after you opened it." in words
        assert "Changed by Alice (now): Chief's name." in words
        assert errors_of(response)["chief_name"] == ["Now: Ada Byron. You entered: Grace Hopper."]
        assert second.form["chief_name"] == "Grace Hopper" and second.form["phone"] == "203-341-6199"
        assert (Department.objects.values().get(), LogEntry.objects.count()) == (before, entries)

    def test_saving_again_decides(self, alice, dora, own):
        first, second = Open(alice, own), Open(dora, own)
        first.send(chief_name="Ada Byron")
        second.send(chief_name="Grace Hopper")
        assert saved(second.send())
        assert reload(own).chief_name == "Grace Hopper"
        assert reload(own).sources["chief_name"]["set_by"] == set_by("dora")

    def test_a_field_that_only_the_other_changed_takes_their_value(self, alice, dora, own):
        first, second = Open(alice, own), Open(dora, own)
        first.send(chief_name="Ada Byron", about="One\r\n\r\nTwo", status="draft", more_specializations="on")
        response = second.send(phone="203-341-6199")
        assert list(errors_of(response)) == [""]
        assert "The form has their changes and yours. Check it and save again." in words_of(response)
        assert saved(second.send())
        own = reload(own)
        assert (own.chief_name, own.phone, own.about) == ("Ada Byron", "203-341-6199", "One\n\nTwo")
        assert (own.status, own.more_specializations) == ("draft", True)
        assert own.sources["chief_name"]["set_by"] == set_by("alice")
        assert own.sources["phone"]["set_by"] == set_by("dora")

    def test_the_same_change_twice_is_no_conflict(self, alice, dora, own):
        first, second = Open(alice, own), Open(dora, own)
        first.send(chief_name="Ada Byron")
        assert saved(second.send(chief_name="Ada Byron "))

    def test_an_untouched_form_does_not_undo_a_change(self, alice, dora, own):
        first, second = Open(alice, own), Open(dora, own)
        first.send(chief_name="Ada Byron")
        assert not saved(second.send())
        assert saved(second.send())
        assert reload(own).chief_name == "Ada Byron"

    def test_a_third_change_is_noticed_too(self, alice, dora, own):
        first, second = Open(alice, own), Open(dora, own)
        first.send(chief_name="Ada Byron")
        second.send(chief_name="Grace Hopper")
        assert saved(Open(alice, own).send(chief_name="Ada Lovelace"))
        assert errors_of(second.send())["chief_name"] == ["Now: Ada Lovelace. You entered: Grace Hopper."]

    def test_errors_and_conflicts_are_shown_together(self, alice, dora, own):
        first, second = Open(alice, own), Open(dora, own)
        first.send(chief_name="Ada Byron")
        errors = errors_of(second.send(zip="wrong", chief_name="Grace Hopper"))
        assert set(errors) == {"", "zip", "chief_name"}
        assert saved(second.send(zip="06880"))

    def test_an_error_does_not_hide_a_later_conflict(self, alice, dora, own):
        first, second = Open(alice, own), Open(dora, own)
        assert list(errors_of(second.send(zip="wrong"))) == ["zip"]
        first.send(chief_name="Ada Byron")
        assert "chief_name" in errors_of(second.send(zip="06880", chief_name="Grace Hopper"))

    def test_a_choice_shows_its_label_and_a_list_its_names(self, alice, dora, own):
        first, second = Open(alice, own), Open(dora, own)
        bob, charlie = make_bob(), make_charlie()
        first.send(kind="sheriff", editors=[bob.pk])
        errors = errors_of(second.send(kind="tribal", editors=[charlie.pk]))
        kinds = dict(Department.Kind.choices)
        assert errors["kind"] == [f"Now: {kinds['sheriff']}. You entered: {kinds['tribal']}."]
        assert errors["editors"] == ["Now: bob@example.com. You entered: charlie@example.com."]

    def test_an_import_is_named(self, alice, own):
        form = Open(alice, own)
        import_rows(
            {"ori": own.ori, "name": own.name, "state": "CT", "city": "Westport", "zip": "06880"}, source="A list"
        )
        response = form.send(zip="06881")
        assert errors_of(response)["zip"] == ["Now: 06880. You entered: 06881."]
        assert "Changed by an import:" in words_of(response)

    def test_a_status_that_an_action_changed_is_not_undone(self, alice, dora, own):
        form = Open(dora, own)
        alice.post(page(Department, "list"), {"action": "unpublish", "_selected_action": [own.pk]})
        assert not saved(form.send(chief_name="Ada Byron"))
        assert form.form["status"] == "draft"

    def test_an_editor_is_not_stopped_by_fields_that_their_form_lacks(self, alice, bob, own):
        form = Open(bob, own)
        Open(alice, own).send(status="draft", slug="elsewhere")
        assert saved(form.send(chief_name="Ada Byron"))
        assert (reload(own).status, reload(own).slug) == ("draft", "elsewhere")

    def test_markup_in_a_value_stays_text(self, alice, dora, own):
        first, second = Open(alice, own), Open(dora, own)
        first.send(chief_name="<script>alert(1)</script>", about="<script>alert(2)</script>\r\nTwo")
        html = second.send(chief_name="<b>", about="One").content.decode()
        assert "<script>alert" not in html
        assert "Now: &lt;script&gt;alert(2)&lt;/script&gt;<br>Two.<br>You entered: One." in html

    def test_a_window_of_the_same_person_counts_too(self, alice, own):
        first, second = Open(alice, own), Open(alice, own)
        first.send(chief_name="Ada Byron")
        assert "Changed by you, in another window (now)" in words_of(second.send(chief_name="Grace Hopper"))

    def test_a_form_with_a_forged_version_is_saved_or_refused(self, alice, own):
        for version in ("", "x", "[]", "\0", "9" * 1000):
            assert saved(Open(alice, own).send(_version=version, chief_name=f"Chief {len(version)}"))


class TestParts:
    """Divisions, units, specializations, hiring steps and requirements."""

    def test_a_changed_row_shows_both_values(self, alice, dora, own):
        make_division(own, "Ops"), make_division(own, "Support")
        first, second = Open(alice, own), Open(dora, own)
        first.send(**{"divisions-1-name": "Help", "divisions-1-responsibilities": "Desk"})
        response = second.send(**{"divisions-1-name": "Aid"})
        assert errors_of(response)["divisions-1-name"] == ["Now: Help. You entered: Aid."]
        assert "Changed by Alice (now): Division “Help”." in words_of(response)
        assert saved(second.send())
        assert list(own.divisions.values_list("name", "responsibilities")) == [("Ops", ""), ("Aid", "Desk")]

    def test_a_row_that_the_other_added_appears(self, alice, dora, own):
        first, second = Open(alice, own), Open(dora, own)
        first.send(**{"divisions-TOTAL_FORMS": "1", "divisions-0-order": "1", "divisions-0-name": "Ops"})
        response = second.send(
            **{"divisions-TOTAL_FORMS": "1", "divisions-0-order": "2", "divisions-0-name": "Support"}
        )
        assert "Division “Ops”" in words_of(response)
        assert [second.form[f"divisions-{number}-name"] for number in (0, 1)] == ["Ops", "Support"]
        assert saved(second.send())
        assert [division.name for division in own.divisions.all()] == ["Ops", "Support"]

    def test_the_same_division_from_both_is_a_form_error(self, alice, dora, own):
        first, second = Open(alice, own), Open(dora, own)
        added = {"divisions-TOTAL_FORMS": "1", "divisions-0-name": "Ops", "divisions-0-order": "1"}
        first.send(**added)
        assert not saved(second.send(**added))
        assert not saved(second.send())
        assert [division.name for division in own.divisions.all()] == ["Ops"]

    def test_a_row_that_the_other_removed_disappears_unless_it_was_edited(self, alice, dora, own):
        for name in ("Ops", "Support", "Records"):
            make_division(own, name)
        first, second = Open(alice, own), Open(dora, own)
        first.send(**{"divisions-0-DELETE": "on", "divisions-1-DELETE": "on"})
        response = second.send(**{"divisions-1-responsibilities": "Desk"})
        assert "Division (removed)" in words_of(response)
        assert [second.form[f"divisions-{number}-name"] for number in (0, 1)] == ["Records", "Support"]
        assert "Somebody removed this after you opened it. Save again to add it back." in words_of(response)
        assert saved(second.send())
        assert {division.name for division in own.divisions.all()} == {"Records", "Support"}

    def test_a_row_that_both_removed_is_gone(self, alice, dora, own):
        make_division(own, "Ops")
        first, second = Open(alice, own), Open(dora, own)
        first.send(**{"divisions-0-DELETE": "on"})
        assert not saved(second.send(**{"divisions-0-DELETE": "on"}))
        assert saved(second.send())
        assert not own.divisions.exists()

    def test_a_removal_of_a_row_that_the_other_changed_is_asked_again(self, alice, dora, own):
        make_division(own, "Ops")
        first, second = Open(alice, own), Open(dora, own)
        first.send(**{"divisions-0-name": "Operations"})
        assert not saved(second.send(**{"divisions-0-DELETE": "on"}))
        assert own.divisions.get().name == "Operations"
        assert second.form["divisions-0-DELETE"] == "on"
        assert saved(second.send())
        assert not own.divisions.exists()

    def test_changes_to_different_specializations_are_merged(self, alice, dora, own):
        list_specializations(own, "Drone", "K-9")
        marine, drone = make_specialization("Marine"), own.specializations.get(name="Drone")
        first, second = Open(alice, own), Open(dora, own)
        first.send(**{f"listed_specializations-{marine.pk}": ["Marine", "3"]})
        response = second.send(**{f"listed_specializations-{drone.pk}": ""})
        assert list(errors_of(response)) == [""]
        assert "Changed by Alice (now): Specializations." in words_of(response)
        assert saved(second.send())
        assert [str(row) for row in own.listed_specializations.all()] == ["K-9", "Marine"]

    def test_a_specialization_that_both_changed_shows_both_values(self, alice, dora, own):
        list_specializations(own, "Drone")
        drone = own.specializations.get()
        first, second = Open(alice, own), Open(dora, own)
        first.send(**{f"listed_specializations-{drone.pk}": ""})
        errors = errors_of(second.send(**{f"listed_specializations-{drone.pk}": ["Drone", "5"]}))
        assert errors["listed_specializations"] == ["Now: blank. You entered: Drone, 5."]
        assert saved(second.send())
        assert own.specializations.get() == drone

    def test_requirements_that_both_added_show_both_values(self, alice, dora, own):
        job = make_job(own)
        first, second = Open(alice, job), Open(dora, job)
        first.send(**{"structured_requirements-0-minimum_age": "21", "structured_requirements-0-maximum_age": "40"})
        response = second.send(**{"structured_requirements-0-minimum_age": "18"})
        errors = errors_of(response)
        assert errors["structured_requirements-0-minimum_age"] == ["Now: 21. You entered: 18."]
        assert Requirements.objects.get().minimum_age == 21
        assert saved(second.send())
        assert Requirements.objects.values_list("minimum_age", "maximum_age").get() == (18, 40)

    def test_requirements_that_the_other_removed_can_be_added_back(self, alice, dora, own):
        job = make_job(own)
        make_requirements(job, minimum_age=21)
        first, second = Open(alice, job), Open(dora, job)
        first.send(**{"structured_requirements-0-minimum_age": ""})
        assert not Requirements.objects.exists()
        assert not saved(second.send(**{"structured_requirements-0-minimum_age": "18"}))
        assert saved(second.send())
        assert Requirements.objects.get().minimum_age == 18

    def test_hiring_steps_are_merged(self, alice, dora, own):
        make_step(own, place="Library"), make_step(own, "oral_board")
        first, second = Open(alice, own), Open(dora, own)
        first.send(**{"hiring_steps-0-place": "Gym"})
        errors = errors_of(second.send(**{"hiring_steps-0-place": "Hall", "hiring_steps-1-DELETE": "on"}))
        assert errors["hiring_steps-0-place"] == ["Now: Gym. You entered: Hall."]
        assert saved(second.send())
        assert HiringStep.objects.get().place == "Hall"


class TestOtherModels:
    def test_a_withdrawal_is_not_undone(self, alice, dora, own):
        job = make_job(own)
        form = Open(dora, job)
        act(alice, "withdraw", [job])
        response = form.send(title="Officer")
        assert "Changed by Alice (now): Status." in words_of(response)
        assert saved(form.send())
        assert (reload(job).status, reload(job).title) == ("withdrawn", "Officer")

    def test_a_job_that_moved_to_another_department(self, alice, dora, own, strange):
        job = make_job(own)
        third = Department.objects.create(name="Third Police", state="CT")
        first, second = Open(alice, job), Open(dora, job)
        first.send(department=strange.pk)
        errors = errors_of(second.send(department=third.pk))
        assert errors["department"] == ["Now: Strange Police, Westport, CT. You entered: Third Police, CT."]

    def test_specializations(self, alice, dora):
        drone = make_specialization("Drone")
        first, second = Open(alice, drone), Open(dora, drone)
        first.send(name="Drones")
        assert errors_of(second.send(name="UAV"))["name"] == ["Now: Drones. You entered: UAV."]

    def test_users(self, alice, dora):
        bob = make_bob()
        first, second = Open(alice, bob), Open(dora, bob)
        changed = {name: value for name, value in first.form.items() if name not in ("is_active", "is_staff")}
        first.form = changed
        assert saved(first.send(first_name="Robert"))
        errors = errors_of(second.send(first_name="Bobby"))
        assert errors["first_name"] == ["Now: Robert. You entered: Bobby."]
        assert "is_staff" not in second.form and saved(second.send())
        bob.refresh_from_db()
        assert (bob.first_name, bob.is_active) == ("Bobby", False)


@pytest.mark.any_engine
class TestDeletion:
    """A deletion is confirmed for what the page showed."""

    def test_an_object_that_has_changed_is_asked_about_again(self, alice, dora, own):
        url = page(own, "delete")
        form = form_of(dora.get(url))
        Open(alice, own).send(chief_name="Ada Byron")
        response = dora.post(url, form, follow=True)
        assert "Nothing is deleted yet, because this department was changed by Alice (now)." in words_of(response)
        assert Department.objects.filter(pk=own.pk).exists()
        assert saved(dora.post(url, form_of(response), follow=True))
        assert not Department.objects.filter(pk=own.pk).exists()

    def test_so_is_one_with_a_job_that_the_page_did_not_show(self, dora, own):
        url = page(own, "delete")
        form = form_of(dora.get(url))
        make_job(own)
        assert "Nothing is deleted yet" in words_of(dora.post(url, form, follow=True))
        assert Job.objects.exists()

    def test_an_unchanged_object_is_deleted(self, dora, own):
        make_job(own)
        url = page(own, "delete")
        assert "was deleted successfully" in words_of(dora.post(url, form_of(dora.get(url)), follow=True))


@pytest.mark.any_engine
class TestDeletionOfSelectedObjects:
    """The action of a list asks first, too."""

    @pytest.fixture
    def chosen(self, own):
        return [make_job(own, "Patrol Officer"), make_job(own, "Detective")]

    def ask(self, client, chosen):
        action = {"action": "delete_selected", "_selected_action": [job.pk for job in chosen]}
        return form_of(client.post(page(Job, "list"), action)) | {"_selected_action": [job.pk for job in chosen]}

    def test_objects_that_have_changed_are_asked_about_again(self, alice, dora, chosen):
        form = self.ask(dora, chosen)
        Open(alice, chosen[1]).send(title="Sergeant")
        response = dora.post(page(Job, "list"), form)
        assert Job.objects.count() == 2
        assert "Nothing is deleted yet, because something was changed in the meantime." in text_of(response)
        assert "Sergeant" in text_of(response)
        dora.post(page(Job, "list"), form | form_of(response) | {"_selected_action": form["_selected_action"]})
        assert not Job.objects.exists()

    def test_so_are_those_with_a_part_that_the_page_did_not_show(self, dora, chosen):
        form = self.ask(dora, chosen)
        make_step(chosen[0])
        assert "Nothing is deleted yet" in text_of(dora.post(page(Job, "list"), form))
        assert Job.objects.count() == 2

    def test_unchanged_objects_are_deleted(self, dora, chosen):
        assert dora.post(page(Job, "list"), self.ask(dora, chosen)).status_code == 302
        assert not Job.objects.exists()


def test_the_form_of_the_503_page_still_notices_a_change(alice, dora, own):
    first, second = Open(alice, own), Open(dora, own)
    with connection.execute_wrapper(away):
        response = dora.post(second.url, second.form | {"chief_name": "Grace Hopper"})
    assert response.status_code == 503
    first.send(chief_name="Ada Byron")
    response = dora.post(second.url, form_of(response))
    assert errors_of(response)["chief_name"] == ["Now: Ada Byron. You entered: Grace Hopper."]
