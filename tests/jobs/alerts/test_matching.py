"""Alerts match the same openings as the job search, although they compare them in Python."""

from datetime import timedelta
from math import degrees

import pytest
from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from departments.geo.points import EARTH_RADIUS_MILES, Point
from jobs.alerts import matching
from jobs.models import Alert, Job, NotifiedOpening
from tests.factories import make_alert, make_department, make_job

pytestmark = pytest.mark.django_db

WESTPORT = Point(41.14, -73.36)
ATTU = Point(52.9, 173.2)

TITLES = [
    "Police Officer", "Deputy Sheriff I", "Lateral Officer", "K-9 Handler", "Records Clerk", "911 Dispatcher",
    "Détective Sergeant", "Secretaries' Supervisor", "Policy Analyst", "x" * 70,
]  # fmt: skip
WORDS = [
    "", " ", "?!", "police", "polic", "officers", "Officer", "deputies", "deputy", "dep", "k9", "K-9", "k 9", "st",
    "saint", "o'fallon", "detective", "DÉTECTIVE", "911", "pd", "westport police", "police westport", "entry level",
    "secretary", "policy", "policies", "ct", "connecticut", "icer", "zzz", "x" * 60, "x" * 61, "x" * 70, "%", "_",
    "the",
]  # fmt: skip


@pytest.fixture
def openings(db):
    """Openings with many titles, types, pay and ages: near, far, across the antimeridian and without a location."""
    places = [
        *(
            Point(WESTPORT.latitude + degrees(miles / EARTH_RADIUS_MILES), WESTPORT.longitude)
            for miles in (0, 10, 25, 99)
        ),
        ATTU,
        Point(51.88, -176.65),
        Point(-41.14, 106.64),
    ]
    names = ["Westport Police Department", "St. John's PD", "O'Fallon Sheriff's Office", "Town of Ñandú Police"]
    departments = [
        make_department(f"{names[n % 4]} {n}", at=at, city="Westport", state=("CT", "NY")[n % 2])
        for n, at in enumerate(places)
    ]
    departments.append(make_department("Nowhere Police", city=""))
    pays = [{}, {"pay_min": 50_000}, {"pay_max": 80_000}, {"pay_min": 30, "pay_max": 40, "pay_period": "hour"}]
    for number in range(40):
        department = departments[number % len(departments)]
        opens_on = department.today() - timedelta(days=number % 9)
        values = {"kind": Job.Kind.values[number % 9], "is_sample": number % 13 == 12, "opens_on": opens_on}
        make_job(department, title=TITLES[number % len(TITLES)], **values, **pays[number % 4])
    Job.objects.update(open_since=F("opens_at"))
    return departments


def alert_for(**values):
    """Return an unsaved alert that was confirmed long ago."""
    return Alert(pk=1, subscriber_id=1, confirmed_at=timezone.now() - timedelta(days=100), **values)


def matched(alert):
    """Return the keys of the openings that the alert matches."""
    return {pk for pk, _open_since in matching.find_openings([alert], timezone.now()).get(alert.pk, [])}


def searched(alert):
    """Return the keys of the openings that the search finds."""
    rows = Job.objects.open().real().matching(alert.q)
    for column, value in (("kind", alert.kind), ("pay_yearly__gte", alert.pay), ("department__state", alert.state)):
        rows = rows.filter(**{column: value}) if value else rows
    if alert.department_id:
        rows = rows.filter(department=alert.department_id)
    if alert.latitude is not None:
        point = Point(alert.latitude, alert.longitude)
        rows = rows.from_point(point) if alert.miles is None else rows.near(point, alert.miles)
    return {job.pk for job in rows}


@pytest.mark.parametrize("words", WORDS)
def test_keywords_match_as_in_the_search(openings, words):
    alert = alert_for(q=words)
    assert matched(alert) == searched(alert)


def test_the_keywords_above_select_different_openings(openings):
    """Otherwise the test above would compare nothing."""
    assert len({frozenset(searched(alert_for(q=words))) for words in WORDS}) > 12


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(q=st.text("aceiop rst9'-Éé", max_size=8))
def test_any_keywords_match_as_in_the_search(openings, q):
    assert matched(alert_for(q=q)) == searched(alert_for(q=q))


places = st.builds(
    lambda latitude, longitude, miles: {"latitude": latitude, "longitude": longitude, "miles": miles},
    st.one_of(st.sampled_from([41.14, 90.0, -90.0, 52.9, 51.88]), st.floats(-90, 90)),
    st.one_of(st.sampled_from([-73.36, 180.0, -180.0, 173.2]), st.floats(-180, 180)),
    st.one_of(st.none(), st.sampled_from([0, 10, 25, 100, 250, 12_437]), st.integers(0, 13_000)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.one_of(st.just({}), places),
    q=st.sampled_from(["", "officer", "police", "deputies"]),
    kind=st.sampled_from(["", *Job.Kind.values]),
    pay=st.sampled_from([None, 1, 50_000, 80_000, 83_200, 83_201]),
    state=st.sampled_from(["", "CT", "NY", "AK"]),
)
@example(place={"latitude": 41.14, "longitude": -73.36, "miles": 25}, q="", kind="", pay=None, state="")
@example(place={"latitude": 52.9, "longitude": 173.2, "miles": 500}, q="", kind="", pay=None, state="")
@example(place={"latitude": 41.14, "longitude": -73.36, "miles": None}, q="", kind="", pay=None, state="")
@example(place={}, q="", kind="", pay=83_200, state="")
def test_any_filters_match_as_in_the_search(openings, place, q, kind, pay, state):
    alert = alert_for(**place, q=q, kind=kind, pay=pay, state=state)
    assert matched(alert) == searched(alert)


def test_an_alert_for_a_department_matches_only_its_openings(openings):
    alert = alert_for(department=openings[1])
    assert matched(alert) == searched(alert) == {job.pk for job in openings[1].jobs.filter(is_sample=False)}
    assert matched(alert)


def test_the_nearest_openings_come_first_or_else_the_newest(openings):
    here = {"latitude": WESTPORT.latitude, "longitude": WESTPORT.longitude}
    near = alert_for(**here, miles=100)
    [order] = matching.find_openings([near], timezone.now()).values()
    miles = {job.pk: job.miles for job in Job.objects.from_point(WESTPORT)}
    assert [miles[pk] for pk, _open_since in order] == sorted(miles[pk] for pk, _open_since in order)
    anywhere = alert_for()
    [order] = matching.find_openings([anywhere], timezone.now()).values()
    opened = [open_since for _pk, open_since in order]
    assert opened == sorted(opened, reverse=True)


def test_openings_with_the_keywords_in_their_titles_come_first(openings):
    [late, early, *others] = Job.objects.open().real().from_point(WESTPORT)
    for job, title, description in ((late, "Clerk", "A diver."), (early, "Diver", ""), (others[-1], "Diver", "")):
        job.title, job.description, job.published_at = title, description, job.opens_at
        job.save()
    here = {"latitude": WESTPORT.latitude, "longitude": WESTPORT.longitude}
    [order] = matching.find_openings([alert_for(q="diver", **here)], timezone.now()).values()
    assert [pk for pk, _open_since in order] == [early.pk, others[-1].pk, late.pk]


def test_openings_before_the_last_digest_or_the_confirmation_are_not_new(openings):
    at = timezone.now() - timedelta(days=3)
    newer = {job.pk for job in Job.objects.open().real().new_since(at)}
    assert 0 < len(newer) < Job.objects.open().real().count()
    notified = alert_for()
    notified.notified_until = at
    assert matched(notified) == newer
    confirmed = alert_for()
    confirmed.confirmed_at = at
    assert matched(confirmed) == newer


def test_it_skips_openings_that_the_subscriber_already_received(openings):
    alert = make_alert()
    alert.confirmed_at -= timedelta(days=100)
    before = matched(alert)
    message = alert.messages.create(kind="digest")
    first, *rest = sorted(before)
    received = Job.objects.get(pk=first)
    NotifiedOpening.objects.create(
        subscriber=alert.subscriber, message=message, job=received, open_since=received.open_since
    )
    assert matched(alert) == set(rest)
    Job.objects.filter(pk=first).update(open_since=timezone.now())
    assert matched(alert) == before


def test_a_digest_lists_the_best_fifty_openings_and_another_alert_the_next_fifty(db):
    department = make_department()
    today = department.today()
    jobs = [make_job(department, opens_on=today - timedelta(days=day)) for day in range(matching.MAX_CANDIDATES + 10)]
    Job.objects.update(open_since=F("opens_at"))
    one, other = alert_for(q="police"), alert_for(kind="entry_level")
    for alert in (one, other):
        alert.confirmed_at -= timedelta(days=1000)
    other.pk = 2
    newest = [(job.pk, job.opens_at) for job in jobs]
    assert matching.find_openings([one, other], timezone.now()) == {1: newest[:50], 2: newest[50:100]}
