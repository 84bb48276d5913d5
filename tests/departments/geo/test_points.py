"""Distances in the database agree with the haversine formula in Python, everywhere on the globe."""

import random
from math import asin, atan2, cos, degrees, hypot, inf, isclose, nan, pi, radians, sin, sqrt

import pytest
from django.db.models import Max, Min
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from departments.geo.points import (
    EARTH_RADIUS_MILES,
    FARTHEST_MILES,
    MilesField,
    Point,
    bounding_box,
    miles_between,
)
from departments.models import Department
from tests.factories import make_department

RADII = (10, 25, 50, 100, 250)

WESTPORT = Point(41.1401, -73.3601)
PLACES = [
    WESTPORT,
    Point(41.0970, -73.4195),  # Norwalk
    Point(41.0534, -73.5387),  # Stamford
    Point(41.0262, -73.6282),  # Greenwich, at the state line
    Point(41.0018, -73.6657),  # Port Chester, on the other side of it
    Point(40.7128, -74.0060),  # New York
    Point(40.7357, -74.1724),  # Newark
    Point(40.7357, -74.1724),  # a second department in the same building
    Point(38.6270, -90.1994),  # St. Louis, MO
    Point(38.6245, -90.1507),  # East St. Louis, IL
    Point(34.0522, -118.2437),  # Los Angeles
    Point(61.2181, -149.9003),  # Anchorage
    Point(71.2906, -156.7886),  # Utqiagvik
    Point(53.8898, -166.5422),  # Unalaska
    Point(51.8800, -176.6581),  # Adak
    Point(51.9294, 179.6000),  # Semisopochnoi, across the antimeridian
    Point(52.9096, 172.8992),  # Attu
    Point(21.3069, -157.8583),  # Honolulu
    Point(13.4443, 144.7937),  # Guam
    Point(-14.2756, -170.7020),  # Pago Pago
    Point(18.4655, -66.1057),  # San Juan
    Point(90.0, 0.0),
    Point(89.9, 120.0),
    Point(89.9, -60.0),
    Point(-90.0, 45.0),
    Point(-89.5, -179.9),
    Point(0.0, 0.0),
    Point(0.0, 180.0),
    Point(0.0, -179.99),
    Point(0.001, -180.0),
    Point(-41.1401, 106.6399),  # Westport's antipode
    Point(-30.0, 150.0),  # the antipode of 30, -30, a rounding error more than half around the Earth from it
]
_dice = random.Random(20)
PLACES += [Point(degrees(asin(_dice.uniform(-1, 1))), _dice.uniform(-180, 180)) for _ in range(30)]

anywhere = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))
beside_a_department = st.builds(
    lambda place, up, across: Point(
        max(-90, min(90, place.latitude + up)), (place.longitude + across + 540) % 360 - 180
    ),
    st.sampled_from(PLACES),
    st.floats(-0.5, 0.5),
    st.floats(-0.5, 0.5),
)
edges = st.builds(
    Point, st.sampled_from([-90.0, -89.999, 0.0, 51.9, 89.999, 90.0]), st.sampled_from([-180.0, 0.0, 180.0])
)
points = anywhere | beside_a_department | st.sampled_from(PLACES) | edges
radii = st.sampled_from([0, *RADII]) | st.floats(0, 300) | st.floats(0, 15_000)

# Examples share the fixture's rows, because they only read them.
against_the_database = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def haversine(a, b):
    """Return great-circle miles by the haversine formula."""
    up, across = radians(b.latitude - a.latitude), radians(b.longitude - a.longitude)
    h = sin(up / 2) ** 2 + cos(radians(a.latitude)) * cos(radians(b.latitude)) * sin(across / 2) ** 2
    return 2 * EARTH_RADIUS_MILES * atan2(sqrt(h), sqrt(max(0, 1 - h)))


def is_same_distance(a, b):
    # A third of an inch, or five feet on the other side of the Earth, where chords hardly differ.
    return isclose(a, b, rel_tol=1e-7, abs_tol=5e-6) or (min(a, b) > 12_000 and abs(a - b) < 0.001)


@pytest.fixture
def globe(db):
    """``{pk: Point}`` of departments all over the Earth. Three more have no location."""
    departments = [
        Department(
            name=f"Department {number}",
            slug=f"department-{number}",
            state="CT",
            status="published",
            latitude=place.latitude,
            longitude=place.longitude,
            precision="building",
        )
        for number, place in enumerate(PLACES)
    ]
    departments += [
        Department(name=f"Nowhere {number}", slug=f"nowhere-{number}", state="CT", status="published")
        for number in range(3)
    ]
    for department in departments:
        department.derive()
    Department.objects.bulk_create(departments)
    positions = Department.objects.exclude(latitude=None).values_list("pk", "latitude", "longitude")
    return {pk: Point(latitude, longitude) for pk, latitude, longitude in positions}


@given(point=points, miles=radii)
@example(Point(51.9, -179.9), 100)
@example(Point(51.9, 179.9), 100)
@example(Point(90.0, 77.0), 25)
@example(WESTPORT, 50_000)
@example(Point(1e-170, 0), 0)
@against_the_database
def test_near_agrees_with_brute_force(globe, point, miles):
    distances = {pk: haversine(point, place) for pk, place in globe.items()}
    surely = {pk for pk, distance in distances.items() if distance < miles and not is_same_distance(distance, miles)}
    perhaps = {pk for pk, distance in distances.items() if distance <= miles or is_same_distance(distance, miles)}

    found = list(Department.objects.near(point, miles))

    pks = [department.pk for department in found]
    assert len(pks) == len(set(pks))
    assert surely <= set(pks) <= perhaps
    for department in found:
        assert is_same_distance(department.miles, distances[department.pk])
    assert [(department.miles, department.pk) for department in found] == sorted(
        (department.miles, department.pk) for department in found
    )


@given(point=points)
@against_the_database
def test_from_point_sorts_all_departments_with_a_location_by_distance(globe, point):
    found = list(Department.objects.from_point(point))
    assert {department.pk for department in found} == set(globe)
    for department in found:
        assert is_same_distance(department.miles, haversine(point, globe[department.pk]))
    assert [department.miles for department in found] == sorted(department.miles for department in found)


@given(point=points, miles=st.floats(FARTHEST_MILES, 1e9))
@example(WESTPORT, FARTHEST_MILES)
@example(Point(30, -30), 50_000)
@against_the_database
def test_a_radius_larger_than_the_earth_finds_all_departments_with_a_location(globe, point, miles):
    assert set(Department.objects.near(point, miles).values_list("pk", flat=True)) == set(globe)


def test_radius_zero_finds_only_the_same_point(globe):
    for pk, place in globe.items():
        here = {other for other, elsewhere in globe.items() if elsewhere == place}
        found = Department.objects.near(place, 0)
        assert {department.pk for department in found} == here, place
        assert {department.miles for department in found} == {0}
        assert pk in here


@pytest.mark.parametrize(
    ("one", "same"),
    [
        (Point(51.95, 180), Point(51.95, -180)),
        (Point(90, 0), Point(90, 77)),
        (Point(-90, 45), Point(-90, -180)),
    ],
)
def test_radius_zero_finds_the_same_point_written_differently(db, one, same):
    there = make_department(at=one)
    assert list(Department.objects.near(same, 0)) == [there]


def test_a_negative_radius_counts_as_zero(globe):
    assert list(Department.objects.near(WESTPORT, -5)) == list(Department.objects.near(WESTPORT, 0))


def test_near_crosses_state_lines(db):
    make_department("Greenwich Police Department", state="CT", at=(41.0262, -73.6282))
    make_department("Port Chester Police Department", state="NY", at=(41.0018, -73.6657))
    found = Department.objects.near(Point(41.0262, -73.6282), 10)
    assert [department.name for department in found] == [
        "Greenwich Police Department",
        "Port Chester Police Department",
    ]
    assert found[1].miles == pytest.approx(2.58, abs=0.01)


@pytest.mark.parametrize("longitude", [-179.99, 179.99, -180, 180])
def test_near_crosses_the_antimeridian(db, longitude):
    make_department("West of it", state="AK", at=(51.95, 179.9))
    make_department("East of it", state="AK", at=(51.95, -179.9))
    make_department("Far side", state="AK", at=(51.95, 0))
    found = Department.objects.near(Point(51.95, longitude), 10)
    assert {department.name for department in found} == {"West of it", "East of it"}


@pytest.mark.parametrize("pole", [90, -90])
def test_near_a_pole_finds_every_longitude(db, pole):
    for longitude in (-180, -90, 0, 90, 179):
        make_department(f"At {longitude}", at=(pole * 0.999, longitude))
    assert Department.objects.near(Point(pole, 33), 10).count() == 5


def test_a_department_without_a_location_is_never_near(db):
    make_department("Nowhere")
    assert not Department.objects.near(WESTPORT, 50_000)
    assert not Department.objects.from_point(WESTPORT)


def test_near_works_on_filtered_departments(globe):
    draft = make_department("Draft", at=WESTPORT, status="draft")
    make_department("Published", at=WESTPORT)
    near = Department.objects.published().near(WESTPORT, 1)
    assert draft not in near and near.count() == 2


@given(point=points, miles=st.floats(0, 15_000), share=st.floats(0, 1), bearing=st.floats(0, 2 * pi))
@settings(max_examples=200, deadline=None)
def test_a_box_contains_the_whole_circle(point, miles, share, bearing):
    there = travel(point, miles * share, bearing)
    assert is_in(bounding_box(point, miles), there)


@given(point=points, miles=st.floats(0, 3_000))
@settings(max_examples=200, deadline=None)
def test_a_box_is_barely_larger_than_its_circle(point, miles):
    south, north, west, east = bounding_box(point, miles)
    foot = 1 / 5280
    if (west, east) == (-180, 180) and (south == -90 or north == 90):
        # The circle contains a pole, where all meridians meet.
        assert min(haversine(point, Point(90, 0)), haversine(point, Point(-90, 0))) <= miles + foot
        return
    assert haversine(point, Point(north, point.longitude)) == pytest.approx(miles, abs=foot)
    assert haversine(point, Point(south, point.longitude)) == pytest.approx(miles, abs=foot)
    for side in (west, east):
        assert miles_to_meridian(point, side) == pytest.approx(miles, rel=1e-6, abs=foot)


@given(point=points, miles=radii)
@settings(max_examples=200, deadline=None)
def test_a_box_stays_on_the_map(point, miles):
    box = bounding_box(point, miles)
    assert -90 <= box.south <= box.north <= 90
    assert -180 <= box.west <= 180 and -180 <= box.east <= 180


def travel(point, miles, bearing):
    """Return the point that many miles away in a direction (radians from north)."""
    way, latitude = miles / EARTH_RADIUS_MILES, radians(point.latitude)
    sine = sin(latitude) * cos(way) + cos(latitude) * sin(way) * cos(bearing)
    across = atan2(sin(bearing) * sin(way) * cos(latitude), cos(way) - sin(latitude) * sine)
    there = asin(max(-1, min(1, sine)))
    return Point(degrees(there), (point.longitude + degrees(across) + 540) % 360 - 180)


def is_in(box, point):
    inside = box.west <= point.longitude <= box.east
    if box.west > box.east:
        inside = point.longitude >= box.west or point.longitude <= box.east
    # Close to a pole, asin is off by some hundred-millionths of a degree.
    return box.south - 1e-5 <= point.latitude <= box.north + 1e-5 and (inside or abs(point.latitude) > 89.999)


def miles_to_meridian(point, longitude):
    across = radians(longitude - point.longitude)
    return EARTH_RADIUS_MILES * asin(min(1, abs(cos(radians(point.latitude)) * sin(across))))


@given(st.floats(0, FARTHEST_MILES))
@example(FARTHEST_MILES)
@example(1e-9)
def test_miles_survive_the_conversion_to_the_database_and_back(miles):
    field = MilesField()
    stored = field.get_prep_value(miles)
    assert is_same_distance(field.from_db_value(stored, None, None), miles)


@given(st.floats(0, FARTHEST_MILES), st.floats(0, FARTHEST_MILES))
def test_a_larger_distance_is_stored_as_a_larger_number(a, b):
    stored = MilesField().get_prep_value
    assert stored(min(a, b)) <= stored(max(a, b))


@pytest.mark.parametrize(("miles", "same_as"), [(-1, 0), (50_000, FARTHEST_MILES), (inf, FARTHEST_MILES)])
def test_impossible_distances_become_the_nearest_possible_ones(miles, same_as):
    assert MilesField().get_prep_value(miles) == MilesField().get_prep_value(same_as)


def test_none_stays_none_both_ways():
    assert MilesField().get_prep_value(None) is None
    assert MilesField().from_db_value(None, None, None) is None


def test_miles_can_be_read_compared_and_aggregated(db):
    for name, latitude in (("Here", 0), ("One degree", 1), ("Two degrees", 2)):
        make_department(name, at=(latitude, 0))
    away = Department.objects.from_point(Point(0, 0))
    degree = FARTHEST_MILES / 180
    assert degree == pytest.approx(69.09, abs=0.01)
    assert list(away.values_list("miles", flat=True)) == pytest.approx([0, degree, 2 * degree])
    assert [department.name for department in away.filter(miles__gt=10)] == ["One degree", "Two degrees"]
    assert [department.name for department in away.filter(miles__lt=70)] == ["Here", "One degree"]
    assert [department.name for department in away.filter(miles__range=(60, 80))] == ["One degree"]
    assert [department.name for department in away.order_by("-miles")] == ["Two degrees", "One degree", "Here"]
    assert away.aggregate(least=Min("miles"), most=Max("miles")) == {
        "least": 0,
        "most": pytest.approx(2 * degree),
    }


@given(anywhere, anywhere)
def test_miles_between_agrees_with_the_haversine_formula(a, b):
    assert is_same_distance(miles_between(a, b), haversine(a, b))
    assert miles_between(a, b) == miles_between(b, a)
    assert miles_between(a, a) == 0


def test_miles_between_agrees_with_published_distances():
    # Nashville to Los Angeles, 2,886.45 km on a sphere of 6,371.0088 km.
    assert miles_between(Point(36.12, -86.67), Point(33.94, -118.40)) == pytest.approx(2886.448 / 1.609344, abs=0.01)
    assert miles_between(Point(90, 0), Point(-90, 0)) == pytest.approx(12436.82, abs=0.01)
    assert miles_between(Point(0, 0), Point(0, 90)) == pytest.approx(6218.41, abs=0.01)


@pytest.mark.parametrize(
    ("point", "vector"),
    [
        (Point(0, 0), (1, 0, 0)),
        (Point(0, 90), (0, 1, 0)),
        (Point(0, 180), (-1, 0, 0)),
        (Point(90, 123), (0, 0, 1)),
        (Point(-90, 0), (0, 0, -1)),
        (Point(45, 0), (sqrt(0.5), 0, sqrt(0.5))),
    ],
)
def test_the_vector_of_a_point_starts_at_the_center_of_the_earth(point, vector):
    assert point.vector == pytest.approx(vector, abs=1e-12)


@given(anywhere)
def test_vectors_have_length_one(point):
    assert hypot(*point.vector) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("point", "valid"),
    [
        (Point(0, 0), True),
        (Point(90, 180), True),
        (Point(-90, -180), True),
        (Point(90.01, 0), False),
        (Point(0, -180.01), False),
        (Point(nan, 0), False),
        (Point(0, inf), False),
    ],
)
def test_is_valid_accepts_only_points_on_the_earth(point, valid):
    assert point.is_valid() is valid
