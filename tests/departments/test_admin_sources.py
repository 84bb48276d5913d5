"""The sources that the admin records for changed facts."""

import re

import pytest
from django.utils import timezone

from departments.models import Department
from tests.admin import page, save, saved, signed_in
from tests.factories import make_bob, set_by, text_of

pytestmark = pytest.mark.django_db


class TestSources:
    """A changed fact gets the user and the date as its source; other facts keep theirs."""

    def by(self, name):
        return {"source": "Editor of this site", "as_of": timezone.localdate().isoformat(), "set_by": set_by(name)}

    def test_only_changed_facts_get_a_new_source(self, westport):
        before = dict(westport.sources)
        client = signed_in(make_bob(westport))
        assert saved(save(client, westport, phone="203-341-6100", chief_name="Somebody Else"))
        westport.refresh_from_db()
        assert westport.sources == before | {"phone": self.by("bob"), "chief_name": self.by("bob")}

    @pytest.mark.parametrize(
        ("changes", "fact"),
        [
            ({"divisions-0-name": "Field Operations"}, "divisions"),
            ({"divisions-2-DELETE": "on"}, "divisions"),
            ({"special_units-0-description": "Two dogs."}, "special_units"),
            ({"new_specialization": "Mounted Unit"}, "specializations"),
        ],
    )
    def test_a_changed_list_counts_as_one_fact(self, westport, alice, changes, fact):
        before = dict(westport.sources)
        assert saved(save(alice, westport, **changes))
        westport.refresh_from_db()
        assert westport.sources == before | {fact: self.by("alice")}

    def test_a_field_that_is_not_a_fact_has_no_source(self, westport, alice):
        before = dict(westport.sources)
        assert saved(save(alice, westport, slug="another-address"))
        westport.refresh_from_db()
        assert westport.sources == before

    def test_the_source_of_the_status_is_stored_but_not_shown(self, westport, alice):
        found = westport.facts_by_source()
        assert saved(save(alice, westport, status="draft"))
        westport.refresh_from_db()
        assert westport.sources["status"]["set_by"] == set_by("alice")
        assert westport.facts_by_source() == found

    def test_the_facts_of_a_new_department_have_its_author_as_source(self, alice):
        save(alice, Department, name="New Police", state="CT", city="Bethel", phone="203-341-6100")
        sources = Department.objects.get().sources
        assert sources == {fact: self.by("alice") for fact in ("name", "state", "city", "phone")}

    def test_the_profile_and_the_form_show_the_sources(self, westport, alice, client):
        save(alice, westport, phone="203-341-6100")
        day = timezone.localdate().isoformat()
        assert f"Editor of this site, {day} phone" in text_of(client.get(westport.get_absolute_url()))
        assert f"Editor of this site, {day}: phone" in text_of(alice.get(page(westport)))

    def test_a_form_with_errors_changes_no_source(self, westport, alice):
        before = dict(westport.sources)
        assert not saved(save(alice, westport, phone="203-341-6100", zip="wrong"))
        westport.refresh_from_db()
        assert westport.sources == before

    def test_the_history_shows_who_changed_what(self, own, bob):
        save(bob, own, chief_name="New Chief")
        words = text_of(bob.get(page(own, "history")))
        assert re.search("Bob, .* Chief's name: “Ann Chief” → “New Chief”", words)
