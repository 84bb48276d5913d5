"""Openings near a place, as the page finds them, beside the best SQL that we could write by hand for each engine."""

from math import radians, sin

from django.db import connection
from django.http import QueryDict
from django.test import RequestFactory
from django.utils import timezone

from departments.geography import EARTH_RADIUS_MILES, Point, bounding_box
from jobs.forms import JobSearchForm
from policeapp.pagination import CappedPaginator, paginate

from .table import Bar, Row, Size, side_by_side

SIZES = [
    Size(27_000, 27_000),
    Size(27_000, 270_000),
    Size(27_000, 2_700_000),
    Size(270_000, 270_000),
]
# What is typed, and where that is.
POINTS = {
    "dense, New York": ("10001", Point(40.7484, -73.9967)),
    "sparse, Montana": ("59337", Point(47.3167, -106.9167)),
    "nothing near, Arctic": ("71.00, -150.00", Point(71.0, -150.0)),
}
MILES = 25
WIDER = (50, 100, 250)
COUNTED = 1001  # one more than the page says
ADDED_MS, MORE_OPENINGS, MORE_DEPARTMENTS = 3, 1.5, 4

OPEN = "j.status = 'published' AND j.opens_at <= %(now)s AND (j.closes_at IS NULL OR j.closes_at > %(now)s)"
CHORD = "((d.x - %(x)s) * (d.x - %(x)s) + (d.y - %(y)s) * (d.y - %(y)s) + (d.z - %(z)s) * (d.z - %(z)s))"
CIRCLE = f"""d.status = 'published' AND d.latitude BETWEEN %(south)s AND %(north)s
    AND d.longitude BETWEEN %(west)s AND %(east)s AND {CHORD} <= %(reach)s"""
# SQLite joins in the order written, and begins with the index named; PostgreSQL knows best.
SQLITE = connection.vendor == "sqlite"
DEPARTMENTS = "departments_department d" + (" INDEXED BY department_by_position" if SQLITE else "")
JOBS = "jobs_job j"
JOIN = "CROSS JOIN"
# What a line about an opening says.
SHOWN = """j.id, j.slug, j.title, j.kind, j.is_sample, j.pay_min, j.pay_max, j.pay_period, j.closes_on, j.closes_time,
    d.name, d.slug, d.state, d.city, d.time_zone"""
# Departments come first, in the order of distance; whether one hires is asked of no more than it takes, how many
# openings it has is counted no farther than the page is long, and only those that reach onto the page are read.
NEAREST = f"""WITH placed AS MATERIALIZED (
    SELECT d.id, {CHORD} AS chord FROM {DEPARTMENTS} WHERE {CIRCLE} ORDER BY 2, 1),
  hiring AS MATERIALIZED (
    SELECT * FROM placed WHERE (SELECT 1 FROM {JOBS} WHERE j.department_id = placed.id AND {OPEN} LIMIT 1) = 1
    LIMIT %(shown)s),
  counted AS MATERIALIZED (
    SELECT hiring.*, (SELECT count(*) FROM (
      SELECT 1 FROM {JOBS} WHERE j.department_id = hiring.id AND {OPEN} LIMIT %(shown)s) AS few) AS number FROM hiring),
  nearer AS MATERIALIZED (
    SELECT counted.*, coalesce(sum(number) OVER (
      ORDER BY chord RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE GROUP), 0) AS before FROM counted)
  SELECT {SHOWN}, nearer.chord FROM nearer {JOIN} departments_department d {JOIN} {JOBS}
  WHERE nearer.before < %(shown)s AND d.id = nearer.id AND j.department_id = d.id AND {OPEN}
  ORDER BY nearer.chord, j.id LIMIT %(shown)s"""
NUMBER = f"""WITH placed AS MATERIALIZED (SELECT d.id FROM {DEPARTMENTS} WHERE {CIRCLE})
  SELECT count(*) FROM (
    SELECT 1 FROM placed {JOIN} {JOBS} WHERE j.department_id = placed.id AND {OPEN} LIMIT %(counted)s) AS found"""
PLACE = "SELECT latitude, longitude FROM departments_place WHERE zip = %(zip)s AND NOT (zip = '')"


def rows(case):
    """The page's search and the hand-written one at each of the points."""
    for name, (typed, point) in POINTS.items():
        found, expected = as_the_page(typed), [row[0] for row in best_sql(typed, point)]
        assert [job.pk for job in found] == expected, f"{name}: the two find different openings"
        page, by_hand = side_by_side(
            lambda typed=typed: as_the_page(typed), lambda typed=typed, point=point: best_sql(typed, point), times=41
        )
        bar = Bar("ms more than the best SQL", page - by_hand, ADDED_MS)
        yield Row(f"near: {name}", case, {"ms": page, "ms by hand": by_hand}, [bar])


def as_the_page(typed):
    """What ``jobs.views.job_list`` does but for its template: the number, the first page, and what lies beyond."""
    request = RequestFactory().get("/jobs/", {"near": typed})
    form = JobSearchForm(QueryDict(request.META["QUERY_STRING"]))
    page = paginate(request, form.results(), paginator=CappedPaginator)
    return list(page.object_list) or form.beyond()[0]


def best_sql(typed, point):
    """The same by hand; the place is looked up too."""
    with connection.cursor() as cursor:
        if len(typed) == 5:
            cursor.execute(PLACE, {"zip": typed})
            point = Point(*cursor.fetchone())
        if number(cursor, point, MILES, COUNTED):
            return nearest(cursor, point, MILES, 20)
        # In boxes that grow, so that an index finds each; the radii are those that the page offers.
        for miles in WIDER:
            number(cursor, point, miles, COUNTED)
        found = []
        for miles in (100, 400, 1600, 12_450):
            if len(found := nearest(cursor, point, miles, 5)) == 5:
                break
        return found


def number(cursor, point, miles, most):
    cursor.execute(NUMBER, parameters(point, miles) | {"counted": most})
    return cursor.fetchone()[0]


def nearest(cursor, point, miles, shown):
    cursor.execute(NEAREST, parameters(point, miles) | {"shown": shown})
    return cursor.fetchall()


def parameters(point, miles):
    box = bounding_box(point, miles)
    x, y, z = point.vector
    # The square of the chord, as departments.geography has it.
    reach = (2 * sin(min(miles / EARTH_RADIUS_MILES / 2, radians(90)))) ** 2
    return box._asdict() | {"x": x, "y": y, "z": z, "reach": reach, "now": timezone.now()}


def growth(rows):
    """Ten times the openings, and ten times the departments, at each point."""
    took = {(row.what, row.case.size): row.figures["ms"] for row in rows}
    engine = rows[0].case
    for what in dict.fromkeys(row.what for row in rows):
        first, second, third, wide = (took[what, size] for size in sorted({row.case.size for row in rows}))
        yield Row(
            f"{what}, growth",
            engine,
            {},
            [
                Bar("ten times the openings: times as long", second / first, MORE_OPENINGS),
                Bar("ten times again", third / second, MORE_OPENINGS),
                Bar("ten times the departments", wide / second, MORE_DEPARTMENTS),
            ],
        )
