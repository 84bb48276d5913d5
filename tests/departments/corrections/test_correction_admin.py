"""Editors accept and decline corrections: what is published, with which source, and who gets an answer."""

import pytest

from departments.corrections.facts import facts_of
from departments.models import Correction, Department
from jobs.models import Job
from policeapp.history.models import Change
from tests.admin import listed, messages_of, page, rows_of, save, signed_in
from tests.departments.claims.pages import emails_to
from tests.factories import (
    form_of,
    html_of,
    make_bob,
    make_correction,
    make_department,
    make_job,
    make_rita,
    set_by,
    text_of,
)

from .pages import ANN, decide

pytestmark = pytest.mark.django_db

LINK = "https://www.westportct.gov/police"


@pytest.fixture
def westport(db):
    return make_department(phone="203-341-6000", chief_name="Old Chief", sworn_officers=60, sworn_year=2019)


@pytest.fixture
def bob(westport):
    return signed_in(make_bob(westport))


def test_current_and_proposed_stand_side_by_side_with_how_people_know(bob, westport):
    correction = make_correction(westport, evidence=f"See {LINK}", email=ANN)
    make_correction(westport, evidence="I called.")
    make_correction(make_department("Other"), value="999")
    assert listed(bob, Correction) == ["Phone"]
    response = bob.get(page(correction))
    text = text_of(response)
    for words in ("203-341-6000", "203-341-6100", "2 people say so", "I called.", "wants an answer"):
        assert words in text
    assert f'href="{LINK}" rel="nofollow noopener noreferrer"' in html_of(response) and ANN not in text
    assert text.count("Westport, CT") == 1
    front = text_of(bob.get("/admin/"))
    assert "Phone. 2 people say so." in front and "View all waiting corrections" in front


def test_accepting_publishes_the_value_with_its_source_and_thanks(bob, westport, client):
    correction = make_correction(westport, evidence=f"See {LINK}", email=ANN)
    response = decide(bob, correction, "accept")
    assert messages_of(response) == ["Accepted. Those who gave their address get our thanks by email."]
    westport.refresh_from_db()
    day = westport.today().isoformat()
    assert westport.phone == "203-341-6100"
    assert westport.sources["phone"] == {"source": "westportct.gov", "as_of": day, "set_by": set_by("bob")}
    correction.refresh_from_db()
    assert (correction.decision, correction.decided_by.email) == ("accepted", "bob@example.com")
    [email] = emails_to(ANN)
    assert email.content["title"] == "Thank you for your correction"
    assert "203-341-6100" in text_of(client.get(westport.get_absolute_url()))
    change = Change.objects.get()
    assert (change.kind, change.user.email) == (Change.Kind.CORRECTION, "bob@example.com")
    assert "A visitor's correction: Bob" in text_of(bob.get(page(westport, "history")))
    assert not correction.accept(None) and not correction.decline(None)
    assert messages_of(decide(bob, correction, "accept")) == ["This correction was decided before."]
    assert len(emails_to(ANN)) == 1


@pytest.mark.any_engine
def test_the_value_can_be_edited_and_must_be_valid(bob, westport):
    correction = make_correction(westport, value="call 12")
    response = decide(bob, correction, "accept")
    assert "phone number" in text_of(response) and Department.objects.get(pk=westport.pk).phone == "203-341-6000"
    decide(bob, correction, "accept", phone="(203) 341-6111", source="Town clerk")
    westport.refresh_from_db()
    assert westport.phone == "203-341-6111" and westport.sources["phone"]["source"] == "Town clerk"


@pytest.mark.any_engine
def test_a_figure_loses_the_year_of_the_old_one(bob, westport):
    correction = make_correction(westport, "officers", "1,065 officers")
    form = form_of(bob.get(page(correction)))
    assert (form["sworn_officers"], form["sworn_year"]) == ("1065", "")
    decide(bob, correction, "accept", sworn_officers="65")
    westport.refresh_from_db()
    assert (westport.sworn_officers, westport.sworn_year) == (65, None)


@pytest.mark.any_engine
@pytest.mark.parametrize("value", ["many more", "1.065", "60.5 or so"])
def test_a_text_without_a_whole_number_does_not_delete_a_figure(bob, westport, value):
    correction = make_correction(westport, "officers", value)
    assert "This field is required." in text_of(decide(bob, correction, "accept"))
    westport.refresh_from_db()
    assert (westport.sworn_officers, westport.sworn_year) == (60, 2019)


@pytest.mark.any_engine
def test_nobody_replaces_what_somebody_has_just_saved(bob, westport):
    correction = make_correction(westport)
    form = form_of(bob.get(page(correction)))
    Department.objects.filter(pk=westport.pk).update(phone="203-341-7777")
    response = bob.post(page(correction), form | {"accept": "x"})
    assert "Somebody has changed this after you opened the page." in text_of(response)
    assert "203-341-7777" in text_of(response)
    response = bob.post(page(correction), form_of(response) | {"accept": "x"})
    assert response.status_code == 302 and Department.objects.get(pk=westport.pk).phone == "203-341-6100"


@pytest.mark.any_engine
def test_an_address_is_typed_field_by_field(bob, westport):
    correction = make_correction(westport, "address", "50 Jesup Road, Westport CT 06880")
    form = form_of(bob.get(page(correction)))
    assert (form["street1"], form["city"]) == ("", "Westport")
    decide(bob, correction, "accept", street1="50 Jesup Road", zip="06880")
    westport.refresh_from_db()
    assert (westport.street1, westport.zip) == ("50 Jesup Road", "06880")
    assert set(westport.sources) == {"street1", "zip"}


@pytest.mark.any_engine
def test_nobody_is_thanked_while_nothing_changes(bob, westport):
    """The fields of an address begin with the stored ones. Only an edit by somebody else makes those right."""
    correction = make_correction(westport, "address", "50 Jesup Road, Westport CT 06880", email=ANN)
    assert "Nothing would change." in text_of(decide(bob, correction, "accept"))
    assert Correction.objects.waiting().exists() and not emails_to(ANN)
    westport.street1 = "50 Jesup Road"
    westport.save()
    decide(bob, correction, "accept")
    assert len(emails_to(ANN)) == 1


@pytest.mark.any_engine
def test_pages_have_city_and_state_once(bob, westport, client):
    job = make_job(westport, "Dispatcher")
    name = "Westport Police Department, Westport, CT"
    for target, text in ((westport, name), (job, f"Dispatcher, {name}")):
        correction = make_correction(target, "other", "It is upside down.", email=ANN)
        for response in (bob.get(page(Correction, "list")), bob.get(page(correction))):
            assert text in text_of(response) and "CT, W" not in text_of(response)
        decide(bob, correction, "accept")
        assert emails_to(ANN)[-1].content["paragraphs"][0] == f"You told us about a mistake on this page: {text}."
        assert f"See a mistake? {text} " in text_of(client.get(f"{target.get_absolute_url()}correct/"))


@pytest.mark.any_engine
def test_other_facts_are_changed_in_the_form_and_then_accepted(bob, westport):
    correction = make_correction(westport, "specializations", "They have a <b>drone</b> team.", email=ANN)
    response = decide(bob, correction, "edit")
    assert response.redirect_chain[-1][0] == f"{page(westport)}#id_listed_specializations"
    assert messages_of(response) == [
        "A visitor proposes for “Specializations”: They have a <b>drone</b> team."
    ] and "<b>drone" not in html_of(response)
    assert Correction.objects.waiting().exists() and not emails_to(ANN)
    decide(bob, correction, "accept")
    assert not Correction.objects.waiting().exists() and len(emails_to(ANN)) == 1


@pytest.mark.any_engine
def test_the_forms_have_the_elements_that_corrections_lead_to(alice, westport):
    for target in (westport, make_job(westport)):
        form = html_of(alice.get(page(target)))
        anchors = {fact.anchor for fact in facts_of(target).values() if fact.anchor}
        assert anchors and {anchor for anchor in anchors if f'id="{anchor}"' not in form} == set()


@pytest.mark.any_engine
def test_declining_needs_a_reason_which_is_sent(bob, westport):
    correction = make_correction(westport, email=ANN)
    make_correction(westport, evidence="Twice.", email=ANN)
    assert "This field is required." in text_of(decide(bob, correction, "decline", reason=" "))
    decide(bob, correction, "decline", reason="That is the number\nof the fire department.")
    [email] = emails_to(ANN)
    assert email.content["paragraphs"][-2:] == ["That is the number", "of the fire department."]
    westport.refresh_from_db()
    assert westport.phone == "203-341-6000" and "phone" not in westport.sources


def test_a_filled_job_leaves_the_lists(westport):
    rita, job = signed_in(make_rita(westport)), make_job(westport, "Dispatcher")
    own, others = make_correction(job, "closed", ""), make_correction(westport)
    assert listed(rita, Correction) == ["The job is filled or closed"]
    assert rita.get(page(others)).status_code == 302, "recruiters change only jobs"
    decide(rita, own, "accept")
    assert job not in Job.objects.open()


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
@pytest.mark.any_engine
def test_a_job_that_visitors_no_longer_see_does_not_come_back_as_filled(status, bob, westport):
    job = make_job(westport)
    correction = make_correction(job, "closed", "")
    job.status = status
    job.save()
    decide(bob, correction, "accept")
    job.refresh_from_db()
    assert job.status == status and not Correction.objects.waiting().exists()


def test_only_the_department_that_a_job_has_moved_to_decides_its_corrections(bob, westport, alice):
    other = make_department("Other")
    rita, job = signed_in(make_rita(other)), make_job(westport)
    correction = make_correction(job, "title", "Chief")
    save(alice, job, department=other.pk)
    assert listed(bob, Correction) == [] and bob.get(page(correction)).status_code == 302
    assert listed(rita, Correction) == ["Title"]
    correction.refresh_from_db()
    assert correction.department == other


@pytest.mark.any_engine
def test_pay_is_validated_as_a_whole(westport, bob):
    job = make_job(westport, pay_max=50_000)
    correction = make_correction(job, "pay", "from $60,000")
    assert "lower than the minimum" in text_of(decide(bob, correction, "accept", pay_min="60000", source="Its site"))
    decide(bob, correction, "accept", pay_min="60000", pay_max="", source="Its site")
    job.refresh_from_db()
    assert (job.pay_min, job.pay_max) == (60_000, None) and job.sources["pay_min"]["source"] == "Its site"


def test_only_administrators_decide_what_identifies_a_department(bob, alice, westport):
    correction = make_correction(westport, "name", "Westport PD")
    assert listed(bob, Correction) == [] and bob.get(page(correction)).status_code == 302
    decide(alice, correction, "accept")
    assert Department.objects.get(pk=westport.pk).name == "Westport PD"


def test_the_page_is_named_with_city_and_state_but_once(bob, alice, westport, client):
    job = make_job(westport, "Officer")
    for target, name in ((westport, "Westport Police Department, Westport, CT"), (job, f"Officer, {westport}")):
        correction = make_correction(target, "other", email=ANN)
        shown = [bob.get(page(correction)), bob.get(page(Correction, "list")), bob.get("/admin/")]
        shown.append(client.get(f"{target.get_absolute_url()}correct/"))
        for response in shown:
            assert name in text_of(response) and f"{name}, Westport" not in text_of(response)
        decide(bob, correction, "decline", reason="It is right.")
        assert f"on this page: {name}. Thank" in emails_to(ANN)[-1].content["paragraphs"][0]


def test_the_queue_takes_as_many_queries_for_ten_rows_as_for_one(bob, westport, django_assert_max_num_queries):
    for number in range(10):
        make_correction(westport, value=str(number))
        make_correction(make_job(westport), "title", str(number))
    with django_assert_max_num_queries(12):
        response = bob.get(page(Correction, "list"))
    assert len(rows_of(response)) == 20
    text = text_of(response)
    assert text.count("Police Officer, Westport Police Department, Westport, CT") == 10
    assert text.count("Westport, CT") == 20, "no name has the town twice"
