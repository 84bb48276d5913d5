"""Parts of a profile: specializations from a list that departments share, divisions and special units."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from policeapp.history.records import History

from ..fields import MarkdownField
from ..names import slug_of


class Specialization(models.Model):
    """A skill or team that departments have, such as a K-9 unit. All departments share one list."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    slug = models.SlugField(_("slug"), max_length=100, unique=True, editable=False)
    explanation = models.CharField(
        _("explanation"),
        max_length=200,
        blank=True,
        help_text=_("One sentence for visitors who don't know the word."),
    )

    class QuerySet(models.QuerySet):
        def get_by_natural_key(self, name):
            return self.get(name=name)

        def with_positions(self, department):
            """Add ``position`` in the department's list, and ``row``, the id of that row; None if it isn't in it."""
            own = models.Q(departmentspecialization__department=department.pk)
            listed = models.FilteredRelation("departmentspecialization", condition=own)
            return self.annotate(own=listed, position=models.F("own__order"), row=models.F("own__pk"))

    objects = QuerySet.as_manager()

    class Meta:
        verbose_name = _("specialization")
        verbose_name_plural = _("specializations")
        ordering = ["name"]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.name,)

    def clean(self):
        self.slug = slug_of(self.name, "")
        if not self.slug:
            raise ValidationError({"name": _("The name needs a letter or a digit.")})
        if Specialization.objects.filter(slug=self.slug).exclude(pk=self.pk).exists():
            raise ValidationError({"name": _("A specialization with almost the same name exists already.")})


class PartQuerySet(models.QuerySet):
    def get_by_natural_key(self, state, slug, name):
        return self.get(department__state=state, department__slug=slug, name=name)


class Ordered(models.Model):
    """A row with a position in a list. A row that is added without one goes to the end."""

    order = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        abstract = True
        ordering = ["order", "pk"]

    def save(self, *args, **kwargs):
        if self._state.adding and not self.order:
            self.order = (self.siblings().aggregate(last=models.Max("order"))["last"] or 0) + 1
        super().save(*args, **kwargs)

    def siblings(self):
        """Return the rows of the same list."""
        return type(self).objects.filter(department=self.department)


class Part(Ordered):
    """A named part of a department."""

    name = models.CharField(_("name"), max_length=120)

    objects = PartQuerySet.as_manager()

    class Meta(Ordered.Meta):
        abstract = True

    def __str__(self):
        return self.name

    def natural_key(self):
        return (*self.department.natural_key(), self.name)

    natural_key.dependencies = ["departments.department"]


class Division(Part):
    department = models.ForeignKey("Department", models.CASCADE, related_name="divisions")
    responsibilities = MarkdownField(_("responsibilities"), blank=True, max_length=5_000)

    history = History()

    class Meta(Part.Meta):
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        constraints = [models.UniqueConstraint(fields=["department", "name"], name="division_name_unique")]


class SpecialUnit(Part):
    department = models.ForeignKey("Department", models.CASCADE, related_name="special_units")
    description = MarkdownField(_("description"), blank=True, max_length=5_000)

    history = History()

    class Meta(Part.Meta):
        verbose_name = _("special unit")
        verbose_name_plural = _("special units")
        constraints = [models.UniqueConstraint(fields=["department", "name"], name="special_unit_name_unique")]


def divisions_and_units(department):
    """Return the divisions and the special units of a department, as two lists of unsaved objects. One query."""
    kinds = {Division: "responsibilities", SpecialUnit: "description"}
    first, second = (
        kind.objects.filter(department=department)
        .order_by()
        .values_list(models.Value(number), "order", "pk", "name", text)
        for number, (kind, text) in enumerate(kinds.items())
    )
    parts = [[], []]
    for number, _order, _pk, name, text in sorted(first.union(second, all=True)):
        kind = list(kinds)[number]
        parts[number].append(kind(name=name, **{kinds[kind]: text}))
    return parts


class DepartmentSpecialization(Ordered):
    """A specialization of a department, with its position in the department's list."""

    class QuerySet(models.QuerySet):
        def get_by_natural_key(self, state, slug, name):
            return self.get(department__state=state, department__slug=slug, specialization__name=name)

        def with_names(self):
            return self.select_related("specialization")

    department = models.ForeignKey("Department", models.CASCADE, related_name="listed_specializations")
    specialization = models.ForeignKey(Specialization, models.PROTECT, verbose_name=_("specialization"))

    objects = QuerySet.as_manager()
    history = History(no_db_index=["specialization"])

    class Meta(Ordered.Meta):
        verbose_name = _("specialization")
        verbose_name_plural = _("specializations")
        constraints = [
            models.UniqueConstraint(fields=["department", "specialization"], name="department_specialization_unique")
        ]

    def __str__(self):
        return str(self.specialization)

    @classmethod
    def arrange(cls, department, positions):
        """Make ``{id of a specialization: position}`` the department's list. Save only the rows that differ."""
        added = dict(positions)
        for row in department.listed_specializations.with_names():
            position = added.pop(row.specialization_id, None)
            if position is None:
                row.delete()
            elif position != row.order:
                row.order = position
                row.save()
        for key, position in added.items():
            cls.objects.create(department=department, specialization_id=key, order=position)

    def natural_key(self):
        return (*self.department.natural_key(), self.specialization.name)

    natural_key.dependencies = ["departments.department", "departments.specialization"]
