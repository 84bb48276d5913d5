"""The accounts of people who edit."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person who signs in to edit: an administrator, or an editor of one or more departments.

    The site's own model from the first migration on, so that it can grow without a change of table.
    """
