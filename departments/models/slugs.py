"""Slugs of departments, which are unique in their state, and redirects from their former slugs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from policeapp.history.records import History

from ..geo import states
from ..names import slug_of


class SlugRedirect(models.Model):
    """A former slug of a department. It redirects to the department forever, and no other department can get it."""

    state = models.CharField(_("state"), max_length=2, choices=states.CHOICES)
    slug = models.SlugField(_("slug"), max_length=120)
    department = models.ForeignKey("Department", models.CASCADE, related_name="slug_redirects")

    history = History(no_db_index=["slug"])

    class Meta:
        verbose_name = _("redirect")
        verbose_name_plural = _("redirects")
        constraints = [models.UniqueConstraint(fields=["state", "slug"], name="slug_redirect_unique")]

    def __str__(self):
        return f"/{self.state.lower()}/{self.slug}/"


class Slugged(models.Model):
    """A model whose URL consists of its ``state`` and its ``slug``. ``TRACKED`` must include both."""

    class Meta:
        abstract = True

    def free_slug(self):
        """Return the first candidate that no department of the state has or had. Two queries."""
        candidates = self.slug_candidates()
        similar = {"state": self.state, "slug__startswith": candidates[0][:50]}
        taken = set(type(self).objects.filter(**similar).values_list("slug", flat=True))
        taken |= set(SlugRedirect.objects.filter(**similar).values_list("slug", flat=True))
        free = next((slug for slug in candidates if slug not in taken), None)
        return free or next(slug for slug in self.numbered_slugs() if slug not in taken)

    def slug_candidates(self):
        """Return possible slugs, best first: the name alone, then with the city, the county or the ORI."""
        name = slug_of(self.name, "department")
        endings = [ending for part in (self.city, self.county, self.ori) if (ending := slug_of(part, ""))]
        return [name, *(f"{name}-{ending}"[:110] for ending in endings)]

    def numbered_slugs(self):
        """Return slugs to try if all candidates are taken."""
        last = self.slug_candidates()[-1]
        return [f"{last}-{number}" for number in range(2, 1000)]

    def redirect_old_slug(self):
        """If the state or the slug has changed, redirect the old URL to the new one."""
        SlugRedirect.objects.filter(state=self.state, slug=self.slug, department=self).delete()
        if self.has_changed("state", "slug"):
            old = {name: self.loaded_values[name] for name in ("state", "slug")}
            SlugRedirect.objects.get_or_create(**old, defaults={"department": self})
