"""The address of a department's page: the first of its state that is free. Those that it had lead to it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..geo import states
from ..names import slug_of


class FormerAddress(models.Model):
    """An address that a department had: it leads to the department for good and is given to no other."""

    state = models.CharField(_("state"), max_length=2, choices=states.CHOICES)
    slug = models.SlugField(_("address"), max_length=120)
    department = models.ForeignKey("Department", models.CASCADE, related_name="former_addresses")

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        constraints = [models.UniqueConstraint(fields=["state", "slug"], name="former_address_unique")]

    def __str__(self):
        return f"/{self.state.lower()}/{self.slug}/"


class Addressed(models.Model):
    """A model whose page has its ``state`` and its ``slug`` as its address, both among its ``REMEMBERED``."""

    class Meta:
        abstract = True

    def free_slug(self):
        """The first address of the state that nobody has or had."""
        named = self.named_slugs()
        begins = {"state": self.state, "slug__startswith": named[0][:50]}
        taken = set(type(self).objects.filter(**begins).values_list("slug", flat=True))
        taken |= set(FormerAddress.objects.filter(**begins).values_list("slug", flat=True))
        free = next((slug for slug in named if slug not in taken), None)
        return free or next(slug for slug in self.numbered_slugs() if slug not in taken)

    def named_slugs(self):
        """The addresses it may have, best first: the name, with the city, the county, the ORI."""
        name = slug_of(self.name, "department")
        endings = [ending for part in (self.city, self.county, self.ori) if (ending := slug_of(part, ""))]
        return [name, *(f"{name}-{ending}"[:110] for ending in endings)]

    def numbered_slugs(self):
        """The addresses for when those are taken."""
        last = self.named_slugs()[-1]
        return [f"{last}-{number}" for number in range(2, 1000)]

    def keep_old_address(self):
        """When the address has changed: the old one stays ours and leads here."""
        FormerAddress.objects.filter(state=self.state, slug=self.slug, department=self).delete()
        if self.changed("state", "slug"):
            old = {name: self.loaded[name] for name in ("state", "slug")}
            FormerAddress.objects.get_or_create(**old, defaults={"department": self})
