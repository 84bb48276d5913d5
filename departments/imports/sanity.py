"""Figures that are too implausible to import."""

from django.utils.translation import gettext as _

from ..models import Department

FACTOR = 5  # an agency rarely grows or shrinks by this factor between two counts
# A figure may jump below these.
TINY = {"sworn_officers": 20, "population": 1_000, "county_population": 1_000}


def implausible_figures(facts, department=None, jumps=False):
    """Return ``{field: reason}`` of the figures in a row that contradict each other or those of the department.

    ``jumps`` allows figures that differ much from the stored ones.
    """
    found = {}
    if department and not jumps:
        for field in TINY:
            if field in facts and _jumps(field, facts, department):
                found[field] = _("is five times the stored figure, or a fifth of it; it was not imported")
    figures = {
        field: facts.get(field, getattr(department, field, None)) for field in ("sworn_officers", "population", "kind")
    }
    officers, people = figures["sworn_officers"], figures["population"]
    if officers and people and officers > people and figures["kind"] in Department.RESIDENTIAL:
        reason = _("more officers than people served; it was not imported")
        found |= {field: reason for field in ("sworn_officers", "population") if field in facts}
    return found


def _jumps(field, facts, department):
    stored, new = getattr(department, field), facts[field]
    bases = {facts.get("population_basis", ""), department.population_basis} - {""}
    if field == "population" and len(bases) > 1:
        return False  # they count different people
    return bool(stored) and max(stored, new) >= TINY[field] and not stored < new * FACTOR < stored * FACTOR**2
