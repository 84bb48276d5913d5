"""User accounts."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person who signs in to edit: an administrator, or an editor of one or more departments.

    The site has its own user model from the first migration, so that fields can be added to it later.
    """
