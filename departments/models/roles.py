"""The roles of people at a department."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    EDITOR = "editor", _("Editor")
    RECRUITER = "recruiter", _("Recruiter")


class Staffed(models.Model):
    """A model with people who edit it or its openings. QuerySets have the rules of who can edit what."""

    editors = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("editors"),
        related_name="departments_edited",
        blank=True,
        help_text=_("Staff who can edit this department and its jobs, and no others."),
    )
    recruiters = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recruiters"),
        related_name="departments_recruited",
        blank=True,
        help_text=_("Staff who can edit only the jobs of this department."),
    )

    class Meta:
        abstract = True

    def members(self, role):
        """Return the manager of the people with this :class:`Role`."""
        return {Role.EDITOR: self.editors, Role.RECRUITER: self.recruiters}[role]

    def team(self):
        """Return ``[(Role, user)]``, editors first. Somebody with both roles is listed twice. One query."""
        editors, recruiters = (self.members(role).annotate(role=models.Value(role.value)) for role in Role)
        people = editors.union(recruiters, all=True).order_by("role", "pk")
        return [(Role(person.role), person) for person in people]

    def add_member(self, user, role):
        """Give the user a :class:`Role` at this department."""
        self.members(role).add(user)

    def remove_member(self, user, role):
        """Take a :class:`Role` at this department from the user."""
        self.members(role).remove(user)

    def has_editor_besides(self, user):
        """Return whether another editor can sign in to the admin."""
        return self.editors.active_staff().exclude(pk=user.pk).exists()
