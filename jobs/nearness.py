"""The nearest openings, found by way of their departments: there are ever more openings, but not departments."""

from functools import cached_property

from django.db.models import Count, Exists, OuterRef

from departments.models import Department
from policeapp.pagination import MOST

# The nearest openings are looked for no farther than this where there are enough, which is nearly everywhere.
NEARBY_MILES = 100
# So many openings are sorted faster than their departments are found, and counted in so many departments at first.
FEW = 500
FEW_DEPARTMENTS = 50


def employers(openings, departments):
    """Those of the departments that have one of the openings (a QuerySet)."""
    return departments.filter(Exists(openings.filter(department=OuterRef("pk")).order_by()))


def nearest_employers(openings, point, number, miles=None):
    """The keys of the ``number`` departments nearest to the point that have one of the openings, for ``__in``.

    Where a smaller circle holds as many, the large one with its thousands of departments is not looked through.
    """
    closer = NEARBY_MILES if miles is None else miles / 4
    found = list(employers(openings, Department.objects.near(point, closer)).values_list("pk", flat=True)[:number])
    if len(found) == number:
        return found
    return employers(openings, within(miles, Department.objects, point)).values("pk")[:number]


def within(miles, rows, point):
    """The rows, openings or departments, in the circle; all that have a position if ``miles`` is None."""
    return rows.from_point(point) if miles is None else rows.near(point, miles)


class NearestFirst:
    """The openings (a QuerySet) within ``miles`` of a point, nearest first, each with its ``.miles``.

    For a Paginator to count and to cut, up to ``MOST``. Without ``miles`` it looks at any distance.
    """

    def __init__(self, openings, point, miles=None):
        self.openings, self.point, self.miles = openings, point, miles
        self.near = within(miles, openings, point)

    @cached_property
    def found(self):
        return self.near.order_by().values("pk")[: MOST + 1].count()

    def count_up_to(self, most):
        """How many openings there are, at most ``most``, which is at most ``MOST + 1``."""
        return min(most, self.found)

    def __getitem__(self, cut):
        """The slice as a list. Its end's number of departments hold it, since each of them has an opening."""
        if self.found <= FEW:
            return list(self.near[cut])
        departments = nearest_employers(self.openings, self.point, cut.stop, self.miles)
        return list(self.openings.filter(department__in=departments).from_point(self.point)[cut])

    def counts_within(self, radii):
        """``{miles: number of the openings}`` for each of the radii, at most ``self.miles``, in three queries.

        A number above ``MOST`` may be too low.
        """
        counts = dict.fromkeys(radii, 0)
        near = employers(self.openings, within(self.miles, Department.objects, self.point))
        departments = dict(near.values_list("pk", "miles")[: MOST + 1])
        # Where many openings are, the nearest departments have more than anybody counts.
        for some in (list(departments)[:FEW_DEPARTMENTS], list(departments)[FEW_DEPARTMENTS:]):
            if some and max(counts.values(), default=MOST) <= MOST:
                openings = self.openings.filter(department__in=some).order_by()
                for pk, number in openings.values_list("department").annotate(Count("pk")):
                    for radius in radii:
                        counts[radius] += number * (departments[pk] <= radius)
        return counts
