"""Openings near a point. Queries agree with brute force, which computes the distance of every opening."""

from datetime import date
from itertools import pairwise
from math import asin, cos, degrees, radians, sin, sqrt
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from departments.geo.points import Point
from departments.models import Department
from jobs.models import Job
from tests.factories import make_department, make_job

# Other tests cover the same code. Measuring its coverage again would only take time.
pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]

RADIUS = 3958.7613
# Miles. The database stores squared chords with about 16 digits, which is a few feet.
ROUNDING = 0.001

WESTPORT = Point(41.14, -73.36)
ADAK = Point(51.88, -176.65)
ATTU = Point(52.9, 173.2)


def haversine(a, b):
    """Return great-circle miles by the haversine formula."""
    half_height, half_width = radians(b.latitude - a.latitude) / 2, radians(b.longitude - a.longitude) / 2
    h = sin(half_height) ** 2 + cos(radians(a.latitude)) * cos(radians(b.latitude)) * sin(half_width) ** 2
    return 2 * RADIUS * asin(min(1, sqrt(h)))


def north_of(point, miles):
    return Point(point.latitude + degrees(miles / RADIUS), point.longitude)


def brute_force(jobs, point):
    """Return ``[(miles, job)]`` of the jobs at departments with a location, nearest first."""
    located = [job for job in jobs if job.department.point]
    return sorted(((haversine(point, job.department.point), job) for job in located), key=lambda pair: pair[0])


def check_order(found, expected, count=None):
    """Check that the openings are the first expected ones by distance. Equally far ones can be in any order."""
    assert [job.miles for job in found] == pytest.approx([miles for miles, job in expected[:count]], abs=ROUNDING)
    assert all(a.miles <= b.miles for a, b in pairwise(found))
    assert len({job.pk for job in found}) == len(found)
    for job in found:
        assert job.miles == pytest.approx(haversine_of(job, expected), abs=ROUNDING)


def counts_within(openings, point, radii):
    return openings.count_within(point, radii)


def haversine_of(job, expected):
    return next(miles for miles, other in expected if other.pk == job.pk)


@pytest.fixture
def scattered():
    """Return the open jobs among jobs all over the Earth: in clusters, alone and without a location."""
    random = Random(20)
    locations = [
        WESTPORT,
        ADAK,
        ATTU,
        Point(0, 0),
        Point(90, 0),
        Point(-90, 45),
        Point(0, 180),
        Point(-14.3, -170.7),
    ]
    locations += [Point(random.uniform(-90, 90), random.uniform(-180, 180)) for _ in range(10)]
    for point in locations[:8]:
        for _ in range(4):
            latitude = max(-90, min(90, point.latitude + random.gauss(0, 1)))
            longitude = (point.longitude + random.gauss(0, 1.5) + 180) % 360 - 180
            locations.append(Point(latitude, longitude))
    departments = [
        Department(
            name=f"Department {number}",
            slug=f"department-{number}",
            state="AK",
            status="draft" if number % 9 == 4 else "published",
            latitude=point and point.latitude,
            longitude=point and point.longitude,
            precision="building" if point else "",
        )
        for number, point in enumerate([*locations, None, None])
    ]
    for department in departments:
        department.derive()
    Department.objects.bulk_create(departments)
    for department in departments:
        for number in range(random.randrange(4)):
            make_job(department, title=f"Officer {number}", status="withdrawn" if number == 2 else "published")
    open_jobs = [job for job in Job.objects.select_related("department") if job.is_open()]
    assert len(open_jobs) > 30
    return open_jobs


def degrees_up_to(most):
    """Degrees with six decimals, like those of maps and devices. The last decimal is four inches."""
    return st.integers(-most * 10**6, most * 10**6).map(lambda millionths: millionths / 10**6)


points = st.builds(Point, degrees_up_to(90), degrees_up_to(180)) | st.sampled_from(
    [WESTPORT, ADAK, ATTU, Point(0, 180), Point(0, -180), Point(90, 0), Point(-90, 0), Point(89.9, 12), Point(0, 0)]
)
distances = st.sampled_from([0, 1, 10, 25, 50, 100, 250, 1_000, 6_000, 12_437, 13_000]) | st.floats(0, 13_000)


def each(test):
    """Run the test for many points and distances over the same openings."""
    return settings(max_examples=120, deadline=None)(given(points, distances)(test))


class TestAgainstBruteForce:
    def test_near_finds_exactly_the_openings_within_the_distance(self, scattered):
        @each
        def check(point, miles):
            expected = brute_force(scattered, point)
            found = list(Job.objects.open().near(point, miles))
            numbers = {job.pk for job in found}
            assert {job.pk for there, job in expected if there <= miles - ROUNDING} <= numbers
            assert numbers <= {job.pk for there, job in expected if there <= miles + ROUNDING}
            check_order(found, [(there, job) for there, job in expected if job.pk in numbers])

        check()

    def test_nearest_finds_the_nearest_at_any_distance(self, scattered):
        @settings(max_examples=50, deadline=None)
        @given(points, st.integers(1, 60))
        @example(WESTPORT, 5)
        @example(Point(-45, 60), 1)
        def check(point, count):
            check_order(Job.objects.open().nearest(point, count), brute_force(scattered, point), count)

        check()

    def test_all_pages_together_have_the_openings_within_the_distance(self, scattered):
        @settings(max_examples=40, deadline=None)
        @given(points, distances | st.none(), st.integers(1, 25))
        def check(point, miles, per_page):
            whole = Job.objects.open().from_point(point) if miles is None else Job.objects.open().near(point, miles)
            paginated = Job.objects.open().nearest_first(point, miles)
            number = paginated.count_up_to(1000)
            pages = [paginated[start : start + per_page] for start in range(0, number, per_page)]
            assert [job.pk for page in pages for job in page] == [job.pk for job in whole]

        check()

    def test_count_within_counts_the_openings_within_each_distance(self, scattered):
        @settings(max_examples=80, deadline=None)
        @given(points, st.lists(st.integers(0, 12_400), min_size=1, max_size=5, unique=True))
        def check(point, radii):
            expected = brute_force(scattered, point)
            counts = counts_within(Job.objects.open(), point, radii)
            assert set(counts) == set(radii)
            for miles, number in counts.items():
                least = sum(there <= miles - ROUNDING for there, job in expected)
                most = sum(there <= miles + ROUNDING for there, job in expected)
                assert least <= number <= most

        check()

    def test_a_search_anywhere_sorts_all_openings_with_a_location(self, scattered):
        for point in (WESTPORT, ADAK, Point(90, 0)):
            check_order(list(Job.objects.open().from_point(point)), brute_force(scattered, point))


# Edge cases


def hiring_at(name, point, **values):
    """Create an open opening at a new department at this point."""
    return make_job(make_department(name, at=point), title=name, **values)


def titles(jobs):
    return [job.title for job in jobs]


def test_an_opening_has_the_location_of_its_department():
    job = hiring_at("Norwalk", (41.1177, -73.4082))
    [found] = Job.objects.open().near(WESTPORT, 10)
    assert found == job
    assert found.miles == pytest.approx(haversine(WESTPORT, Point(41.1177, -73.4082)), abs=ROUNDING)


def test_openings_of_departments_without_a_location_are_never_near():
    make_job(make_department("Nowhere", city="", state="CT"))
    assert not Job.objects.open().near(WESTPORT, 13_000).exists()
    assert not Job.objects.open().from_point(WESTPORT).exists()
    assert Job.objects.open().nearest(WESTPORT, 5) == []
    assert counts_within(Job.objects.open(), WESTPORT, [10, 13_000]) == {10: 0, 13_000: 0}


@pytest.mark.parametrize(
    "values",
    [
        {"status": "draft"},
        {"status": "withdrawn"},
        {"opens_on": date(2100, 1, 1)},
        {"opens_on": date(2024, 1, 1), "closes_on": date(2024, 1, 2)},
    ],
    ids=["draft", "withdrawn", "planned", "closed"],
)
def test_openings_that_are_not_open_are_never_near(values):
    hiring_at("Here", WESTPORT, **values)
    hiring_at("Far", north_of(WESTPORT, 60))
    assert titles(Job.objects.open().near(WESTPORT, 50)) == []
    assert titles(Job.objects.open().nearest(WESTPORT, 5)) == ["Far"]
    assert counts_within(Job.objects.open(), WESTPORT, [50, 100]) == {50: 0, 100: 1}


def test_openings_of_a_draft_department_are_never_near():
    make_job(make_department("Draft", at=WESTPORT, status="draft"))
    assert Job.objects.open().nearest(WESTPORT, 5) == []


def test_the_radius_is_a_great_circle_and_not_a_box():
    hiring_at("Northeast corner", (WESTPORT.latitude + 0.33, WESTPORT.longitude + 0.44))
    hiring_at("North", north_of(WESTPORT, 24.9))
    hiring_at("Too far north", north_of(WESTPORT, 25.1))
    assert titles(Job.objects.open().near(WESTPORT, 25)) == ["North"]


def test_radius_zero_finds_only_openings_at_the_same_point():
    hiring_at("Here", WESTPORT)
    hiring_at("Next door", (WESTPORT.latitude + 0.0001, WESTPORT.longitude))
    found = list(Job.objects.open().near(WESTPORT, 0))
    assert titles(found) == ["Here"]
    assert found[0].miles == 0
    assert counts_within(Job.objects.open(), WESTPORT, [0, 1]) == {0: 1, 1: 2}


def test_a_point_at_a_tiny_distance_is_near():
    """PostgreSQL raises an error if the square of a number is too small to represent."""
    hiring_at("Null Island", (1e-200, 1e-200))
    assert titles(Job.objects.open().near(Point(0, 0), 25)) == ["Null Island"]
    assert titles(Job.objects.open().nearest(Point(0, 0), 1)) == ["Null Island"]


@pytest.mark.parametrize(("here", "there"), [(ADAK, ATTU), (ATTU, ADAK), (Point(51.9, 180), Point(51.9, -180))])
def test_a_search_crosses_the_antimeridian(here, there):
    hiring_at("Across", there)
    hiring_at("Other side of the Earth", (51.9, 0))
    assert titles(Job.objects.open().near(here, 500)) == ["Across"]
    assert titles(Job.objects.open().nearest(here, 1)) == ["Across"]
    assert counts_within(Job.objects.open(), here, [500]) == {500: 1}


def test_a_search_crosses_the_pole():
    hiring_at("Across the pole", (89.9, 90))
    assert titles(Job.objects.open().near(Point(89.9, -90), 15)) == ["Across the pole"]


def test_a_search_crosses_state_lines():
    make_job(
        make_department("Port Chester", state="NY", city="Port Chester", at=(41.0, -73.67)), title="Across the line"
    )
    assert titles(Job.objects.open().near(WESTPORT, 25)) == ["Across the line"]


def test_equally_near_openings_are_sorted_by_department_then_by_id():
    station = make_department("Station", at=WESTPORT)
    twin = make_department("Same building", at=WESTPORT)
    for title, department in (("1", twin), ("2", station), ("3", twin), ("4", station)):
        make_job(department, title=title)
    assert titles(Job.objects.open().near(WESTPORT, 1)) == ["2", "4", "1", "3"]
    assert titles(Job.objects.open().nearest(WESTPORT, 4)) == ["2", "4", "1", "3"]
    assert titles(Job.objects.open().nearest_first(WESTPORT, 1)[1:3]) == ["4", "1"]
    assert titles(Job.objects.open().nearest_first(WESTPORT, None)[1:3]) == ["4", "1"]


def test_an_empty_queryset_has_no_nearest_openings():
    hiring_at("Officer", WESTPORT)
    assert Job.objects.none().nearest(WESTPORT, 5) == []
    assert counts_within(Job.objects.filter(pk__in=[]), WESTPORT, [10, 1000]) == {10: 0, 1000: 0}


def test_nearest_fills_the_list_with_openings_far_away():
    hiring_at("Next town", north_of(WESTPORT, 20))
    hiring_at("Next state", north_of(WESTPORT, 180))
    hiring_at("Alaska", ADAK)
    hiring_at("Guam", (13.47, 144.75))
    assert titles(Job.objects.open().nearest(WESTPORT, 3)) == ["Next town", "Next state", "Alaska"]


def test_one_department_with_many_openings_can_fill_the_list():
    busy = make_department("Busy", at=north_of(WESTPORT, 3))
    for number in range(8):
        make_job(busy, title=f"Busy {number}")
    hiring_at("Farther", north_of(WESTPORT, 9))
    assert titles(Job.objects.open().nearest(WESTPORT, 5)) == [f"Busy {number}" for number in range(5)]


def test_departments_without_openings_take_no_room_in_the_list():
    for number in range(8):
        make_department(f"Quiet {number}", at=north_of(WESTPORT, number))
    hiring_at("Hiring", north_of(WESTPORT, 9))
    assert titles(Job.objects.open().nearest(WESTPORT, 5)) == ["Hiring"]


def test_filters_on_the_queryset_still_apply():
    hiring_at("Dispatcher", north_of(WESTPORT, 5), kind="dispatcher")
    hiring_at("Officer", north_of(WESTPORT, 1))
    dispatchers = Job.objects.open().filter(kind="dispatcher")
    assert titles(dispatchers.nearest(WESTPORT, 5)) == ["Dispatcher"]
    assert titles(dispatchers.near(WESTPORT, 10)) == ["Dispatcher"]
    assert counts_within(dispatchers, WESTPORT, [10]) == {10: 1}


@pytest.mark.parametrize("number", [1, 30])
@pytest.mark.parametrize("away", [5, 150, 1500])
def test_nearest_takes_at_most_three_queries(number, away, django_assert_max_num_queries):
    for place in range(number):
        hiring_at(f"Officer {place}", north_of(WESTPORT, away + place))
    with django_assert_max_num_queries(3):
        found = Job.objects.open().listed().nearest(WESTPORT, 5)
        assert [job.department.name for job in found] == [f"Officer {place}" for place in range(min(number, 5))]
