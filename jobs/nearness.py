"""The nearest openings, found by way of their departments: there are ever more openings, but not departments.

It is written in SQL, since no planner finds this way by itself: first the departments in the circle, by the index on
their position, and then of their openings no more than are shown or counted.
"""

import re
from functools import cached_property
from itertools import count

from django.core.exceptions import EmptyResultSet
from django.db import connections

from departments.geography import FARTHEST_MILES, bounding_box, chord_squared, miles_of_chord_squared
from policeapp.pagination import MOST

# The nearest are looked for in circles that grow until there are enough; nearly everywhere the first will do.
RINGS_MILES = (25, 100, 400, 1600)
# So few openings anywhere are found by what is asked of them, and not by where they are, unless the circle is small.
FEW, SMALL_MILES = 100, 100

# SQLite joins in the order written, but must be told of the index; PostgreSQL must be told what to find first.
BY_POSITION = {"sqlite": "INDEXED BY department_by_position", "postgresql": ""}
FIRST = {"sqlite": "NOT MATERIALIZED", "postgresql": "MATERIALIZED"}

CHORD = "((d.x - %(x)s) * (d.x - %(x)s) + (d.y - %(y)s) * (d.y - %(y)s) + (d.z - %(z)s) * (d.z - %(z)s))"
CIRCLE = """SELECT d.id, {chord} AS chord FROM departments_department d {by_position}
    WHERE d.latitude BETWEEN %(south{ring})s AND %(north{ring})s
    AND (d.longitude >= %(west{ring})s {and_or} d.longitude <= %(east{ring})s) AND {chord} <= %(reach{ring})s"""
# Openings at the departments of a table. Which ones is the QuerySet's condition, which calls both by their full names.
OPENINGS = """departments_department CROSS JOIN jobs_job WHERE departments_department.id = {of}.id
    AND jobs_job.department_id = {of}.id AND {condition}"""

# Some openings, and if they are all there are, the departments that have one.
SOME = """few AS MATERIALIZED (
        SELECT jobs_job.department_id AS id FROM jobs_job
        JOIN departments_department ON departments_department.id = jobs_job.department_id
        WHERE {condition} LIMIT {more}),
    ring0 AS MATERIALIZED (
        SELECT d.id, {chord} AS chord FROM departments_department d
        WHERE d.id IN (SELECT id FROM few WHERE {are_few}) AND {chord} <= %(reach{ring})s)"""
ARE_FEW = f"(SELECT count(*) FROM few) <= {FEW}"  # nosec B608
# In a small circle there is no need to look for that.
NOT_LOOKED_FOR = "ring0 AS (SELECT id, x AS chord FROM departments_department LIMIT 0)"

# The departments that have an opening, up to a ring; those of the ring itself only if within it there aren't enough.
# A materialised table is read in its order: no more departments than it takes are asked whether they have one.
RING = """placed{ring} AS MATERIALIZED ({circle} ORDER BY 2, 1
        LIMIT (SELECT CASE WHEN {are_few} OR count(*) >= %(most)s THEN 0 ELSE 1000000000 END FROM ring{within})),
    ring{ring} AS MATERIALIZED (SELECT * FROM (
        SELECT * FROM placed{ring} AS placed WHERE EXISTS (SELECT 1 FROM {openings_of_placed}) LIMIT %(most)s) AS found
        UNION SELECT * FROM ring{within})"""
# How many openings each has is counted no farther than it matters, and only those that are needed are read.
NEAREST = """WITH {ring0}, {rings},
    counted AS MATERIALIZED (
        SELECT ring.*, (SELECT count(*) FROM (SELECT 1 FROM {openings_of_ring} LIMIT %(most)s) AS them) AS number
        FROM ring{ring} AS ring),
    summed AS MATERIALIZED (SELECT counted.*, sum(number) OVER (ORDER BY chord, id) - number AS nearer FROM counted)
    SELECT jobs_job.id, chord FROM summed CROSS JOIN {openings_of_summed} AND nearer < %(most)s
    ORDER BY chord, department_id, jobs_job.id LIMIT %(most)s"""
NUMBER = """WITH {ring0}, placed AS {first} ({circle})
    SELECT CASE WHEN {are_few} THEN (SELECT count(*) FROM ring0 CROSS JOIN {openings_of_ring0})
    ELSE (SELECT count(*) FROM (SELECT 1 FROM placed CROSS JOIN {openings_of_placed} LIMIT %(most)s) AS them) END"""


class NearestFirst:
    """The openings (a QuerySet) within ``miles`` of a point, nearest first, each with its ``.miles``.

    For a Paginator to count and to cut, up to ``MOST``. Without ``miles`` it looks at any distance.
    """

    def __init__(self, openings, point, miles=None):
        self.openings, self.point = openings, point
        self.miles = FARTHEST_MILES if miles is None else miles

    def count_up_to(self, most):
        """How many openings there are, at most ``most``, which is at most ``MOST + 1``."""
        return min(most, self._number)

    @cached_property
    def _number(self):
        return self.number_within(self.miles)

    def number_within(self, miles):
        """How many of the openings are within another distance, at most ``MOST + 1``."""
        return sum(number for (number,) in self._select(NUMBER, [miles], MOST + 1))

    def __getitem__(self, cut):
        """The slice as a list, in two queries."""
        if cut.stop == 0:
            return []
        radii = [*(ring for ring in RINGS_MILES if ring < self.miles), self.miles]
        chords = dict(self._select(NEAREST, radii, cut.stop)[cut])
        openings = self.openings.in_bulk(chords)
        for pk, opening in openings.items():
            opening.miles = miles_of_chord_squared(chords[pk])
        # One that closed between the two queries is no longer there.
        return [openings[pk] for pk in chords if pk in openings]

    def _select(self, statement, radii, most):
        """The rows of one of the two statements above, about the openings within the last of the growing radii."""
        if self._condition is None:
            return []
        condition, values = self._condition
        engine = connections[self.openings.db]
        is_large = radii[-1] > SMALL_MILES
        parts = {"chord": CHORD, "first": FIRST[engine.vendor], "are_few": ARE_FEW if is_large else "1 = 0"}
        for table in ("ring0", "placed", "ring", "summed"):
            parts[f"openings_of_{table}"] = OPENINGS.format(of=table, condition=condition)
        values = values | dict(zip("xyz", self.point.vector, strict=True)) | {"most": most}
        rings = []
        for ring, radius in enumerate(radii, start=1):
            box = bounding_box(self.point, radius)
            numbers = box._asdict() | {"reach": chord_squared(radius)}
            values |= {f"{name}{ring}": number for name, number in numbers.items()}
            parts |= {"ring": ring, "within": ring - 1}
            parts["and_or"] = "AND" if box.west <= box.east else "OR"
            parts["circle"] = CIRCLE.format(by_position=BY_POSITION[engine.vendor], **parts)
            rings.append(RING.format(**parts))
        ring0 = SOME.format(condition=condition, more=FEW + 1, **parts) if is_large else NOT_LOOKED_FOR
        with engine.cursor() as cursor:
            cursor.execute(statement.format(ring0=ring0, rings=", ".join(rings), **parts), values)
            return cursor.fetchall()

    @cached_property
    def _condition(self):
        """The QuerySet's condition in SQL, and its parameters by name; None if nothing can meet it."""
        query = self.openings.query
        try:
            sql, asked = query.get_compiler(self.openings.db).compile(query.where)
        except EmptyResultSet:
            return None
        numbers = count()
        sql = re.sub("%s", lambda match: f"%(asked{next(numbers)})s", sql)
        return sql, {f"asked{number}": value for number, value in enumerate(asked)}
