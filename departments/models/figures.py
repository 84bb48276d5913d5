"""The numbers of officers and residents of a department."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .kinds import DepartmentKind

YEARS_ALLOWED = (1900, 2100)
YEAR = [MinValueValidator(YEARS_ALLOWED[0]), MaxValueValidator(YEARS_ALLOWED[1])]
MAX_OFFICERS = 100_000
MAX_PEOPLE = 400_000_000


# The years of figures, and what the form says about a year without its figure.
YEARS = {
    "sworn_officers": ("sworn_year", _("Enter the number of officers for this year.")),
    "population": ("population_year", _("Enter the population for this year.")),
    "county_population": ("county_population_year", _("Enter the county population for this year.")),
}
YEAR_CONSTRAINTS = [
    models.CheckConstraint(
        condition=models.Q(**{year: None}) | models.Q(**{f"{figure}__isnull": False, f"{year}__range": YEARS_ALLOWED}),
        name=f"department_{year}_of_a_number",
        violation_error_message=message,
    )
    for figure, (year, message) in YEARS.items()
]


class PopulationBasis(models.TextChoices):
    """The people that a population counts. "Jurisdiction" is the FBI's word for the area of one agency."""

    FBI_JURISDICTION = "fbi_jurisdiction", _("the agency's own area")
    LOCAL_GOVERNMENT = "local_government", _("the whole town or city")
    WHOLE_COUNTY = "whole_county", _("the whole county")


class Figures(models.Model):
    """A model with a number of officers and a number of people served, each with its year. It has a ``kind``."""

    PopulationBasis = PopulationBasis

    # Kinds that serve the people who live in their area, so that officers per resident is meaningful.
    RESIDENTIAL = {
        DepartmentKind.MUNICIPAL, DepartmentKind.SHERIFF, DepartmentKind.COUNTY_POLICE, DepartmentKind.STATE_POLICE,
        DepartmentKind.TRIBAL,
    }  # fmt: skip

    # Kinds whose officers work in many states, not only in that of the headquarters.
    NATIONWIDE = {DepartmentKind.FEDERAL}

    sworn_officers = models.PositiveIntegerField(
        _("number of officers"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MAX_OFFICERS)],
        help_text=_("Sworn officers only, without other employees."),
    )
    sworn_year = models.PositiveSmallIntegerField(
        _("year of the number of officers"), null=True, blank=True, validators=YEAR
    )
    population = models.PositiveIntegerField(
        _("population served"), null=True, blank=True, validators=[MaxValueValidator(MAX_PEOPLE)]
    )
    population_year = models.PositiveSmallIntegerField(
        _("year of the population"), null=True, blank=True, validators=YEAR
    )
    population_basis = models.CharField(
        _("people counted"),
        max_length=20,
        blank=True,
        choices=PopulationBasis.choices,
        help_text=_("A sheriff's own area is the county outside cities with their own police."),
    )
    county_population = models.PositiveIntegerField(
        _("county population"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MAX_PEOPLE)],
        help_text=_("For sheriffs and county police: all people in the county."),
    )
    county_population_year = models.PositiveSmallIntegerField(
        _("year of the county population"), null=True, blank=True, validators=YEAR
    )

    class Meta:
        abstract = True

    @property
    def population_note(self):
        """A text that says which people the population counts, or "" if that goes without saying."""
        if self.population_basis == PopulationBasis.WHOLE_COUNTY:
            return _("in the whole county")
        if self.population_basis == PopulationBasis.FBI_JURISDICTION and self.kind == DepartmentKind.SHERIFF:
            return _("in the area outside cities with their own police")
        return ""

    @property
    def officers_per_thousand(self):
        """Sworn officers per 1,000 residents, or None if the two figures are not comparable.

        They are comparable if the department serves the residents who were counted, and the years are at most three
        apart or both figures come from the same source and date.
        """
        if not (self.sworn_officers and self.population and self._serves_population()):
            return None
        if self.sworn_year and self.population_year:
            comparable = abs(self.sworn_year - self.population_year) <= 3
        else:
            officers, residents = (
                (source.get("source"), source.get("as_of"))
                for source in (self.sources.get(field, {}) for field in ("sworn_officers", "population"))
            )
            comparable = self.sworn_year == self.population_year and bool(officers[0]) and officers == residents
        return self.sworn_officers * 1000 / self.population if comparable else None

    def _serves_population(self):
        """Return whether the population counts the people that the department serves. A blank basis says so."""
        if self.population_basis == PopulationBasis.WHOLE_COUNTY:
            return False
        if self.kind == DepartmentKind.SHERIFF and self.population_basis:
            return False  # deputies patrol outside cities, but run the jail and guard the courts of the whole county
        if self.population_basis == PopulationBasis.LOCAL_GOVERNMENT:
            return self.kind == DepartmentKind.MUNICIPAL
        return self.kind in self.RESIDENTIAL
