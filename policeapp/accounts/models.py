"""User accounts."""

from django.contrib.auth.models import AbstractUser, Permission
from django.db.models import Q

# Makes its holder an administrator of all departments.
EDIT_EVERY_DEPARTMENT = "departments.edit_every_department"


class User(AbstractUser):
    """A person who signs in to edit: an administrator, or an editor of one or more departments.

    The site has its own user model from the first migration, so that fields can be added to it later.
    """

    def may_manage(self, account):
        """Return whether the user has all rights that the account gives, so that taking it over gains nothing.

        The rights of an inactive account count, because the user can activate it.
        """
        if self.is_superuser:
            return True
        if account.is_superuser or account._permissions().difference(self._permissions()).exists():
            return False
        others = account.departments_edited.exclude(pk__in=self.departments_edited.values("pk"))
        return self.has_perm(EDIT_EVERY_DEPARTMENT) or not others.exists()

    def _permissions(self):
        return Permission.objects.filter(Q(user=self) | Q(group__user=self)).order_by().values("pk").distinct()
