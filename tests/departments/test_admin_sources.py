"""What the admin notes about who set which fact of a department."""

import pytest
from django.utils import timezone

from departments.models import Department
from tests.admin import page, save, saved, signed_in
from tests.factories import make_bob, make_job, text_of

pytestmark = pytest.mark.django_db


class TestSources:
    """Each fact that somebody sets in the admin says who set it and when; the others keep their source."""

    def by(self, name):
        return {"source": "Editor of this site", "as_of": timezone.localdate().isoformat(), "set_by": f"user:{name}"}

    def test_what_was_changed_and_nothing_else_is_attributed(self, westport):
        before = dict(westport.sources)
        client = signed_in(make_bob(westport))
        assert saved(save(client, westport, phone="203-555-0100", chief_name="Somebody Else"))
        westport.refresh_from_db()
        assert westport.sources == before | {"phone": self.by("bob"), "chief_name": self.by("bob")}

    def test_saving_without_a_change_changes_no_source_and_no_value(self, westport, alice):
        make_job(westport)
        before = Department.objects.values().get()
        assert saved(save(alice, westport))
        after = Department.objects.values().get()
        assert after | {"modified": before["modified"]} == before

    @pytest.mark.parametrize(
        ("changes", "fact"),
        [
            ({"divisions-0-name": "Field Operations"}, "divisions"),
            ({"divisions-2-DELETE": "on"}, "divisions"),
            ({"special_units-0-description": "Two dogs."}, "special_units"),
            ({"listed_specializations-0-DELETE": "on"}, "specializations"),
        ],
    )
    def test_a_list_that_was_changed_is_attributed_as_one_fact(self, westport, alice, changes, fact):
        before = dict(westport.sources)
        assert saved(save(alice, westport, **changes))
        westport.refresh_from_db()
        assert westport.sources == before | {fact: self.by("alice")}

    def test_what_is_no_fact_has_no_source(self, westport, alice):
        before = dict(westport.sources)
        assert saved(save(alice, westport, slug="another-address"))
        westport.refresh_from_db()
        assert westport.sources == before

    def test_who_published_is_remembered_but_no_source_of_the_profile(self, westport, alice):
        told = westport.facts_by_source()
        assert saved(save(alice, westport, status="draft"))
        westport.refresh_from_db()
        assert westport.sources["status"]["set_by"] == "user:alice"
        assert westport.facts_by_source() == told

    def test_a_new_department_names_its_author_for_what_was_filled_in(self, alice):
        save(alice, Department, name="New Police", state="CT", city="Bethel", phone="203-555-0100")
        sources = Department.objects.get().sources
        assert sources == {fact: self.by("alice") for fact in ("name", "state", "city", "phone")}

    def test_the_profile_and_the_form_say_so(self, westport, alice, client):
        save(alice, westport, phone="203-555-0100")
        day = timezone.localdate().isoformat()
        assert f"Editor of this site, {day} phone" in text_of(client.get(westport.get_absolute_url()))
        assert f"Editor of this site, {day}: phone" in text_of(alice.get(page(westport)))

    def test_a_form_with_an_error_attributes_nothing(self, westport, alice):
        before = dict(westport.sources)
        assert not saved(save(alice, westport, phone="203-555-0100", zip="wrong"))
        westport.refresh_from_db()
        assert westport.sources == before

    def test_the_history_tells_who_changed_what(self, own, bob):
        save(bob, own, chief_name="New Chief")
        assert "bob Changed Chief's name." in text_of(bob.get(page(own, "history")))
