"""Finds the departments that the rows of a list of openings name."""

from collections import defaultdict

from django.utils.translation import gettext as _

from departments.models import Department
from departments.names import name_key, normalize
from policeapp.imports.engine import Rejected


class Employers:
    """The departments that the rows name. Two queries."""

    def __init__(self, cleaned_rows):
        named = [cleaned.employer for cleaned in cleaned_rows]
        oris = {employer_ori for employer_ori, *_rest in named if employer_ori}
        names = {name_key(name) for employer_ori, name, *_rest in named if not employer_ori}
        self.by_ori = {department.ori: department for department in Department.objects.filter(ori__in=oris)}
        self.by_name = defaultdict(list)
        for department in Department.objects.filter(name_key__in=names - {""}):
            self.by_name[department.name_key, department.state].append(department)

    def find(self, employer_ori, name, city, code):
        """Return the department with this ORI, or with this name in this city and state; raise ``Rejected`` if none."""
        label = ", ".join(part for part in (name, city, code, employer_ori) if part)
        if employer_ori:
            found = [self.by_ori[employer_ori]] if employer_ori in self.by_ori else []
        else:
            found = self.by_name[name_key(name), code]
            if city:
                found = [department for department in found if normalize(department.city) in ("", normalize(city))]
        if not found:
            raise Rejected("employer", _("%s is not in the directory") % (label or _("An employer without a name")))
        if len(found) > 1:
            raise Rejected("employer", _("%s is the name of several departments; add employer_ori") % label)
        return found[0]
