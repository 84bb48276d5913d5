from django.apps import AppConfig
from django.core.checks import Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db.models.signals import post_init
from django.utils.translation import gettext_lazy as _


class DepartmentsConfig(AppConfig):
    name = "departments"
    verbose_name = _("Departments")

    def ready(self):
        from .checks import check_places

        register(check_places, Tags.database, deploy=True)
        # It would note the logo's file whenever a department is read, which is a quarter of what a list costs; where it
        # did not, it asks for the file when a department is saved.
        noted = post_init.disconnect(
            sender=self.get_model("Department"), dispatch_uid="post_init_django_cleanup_departments.department"
        )
        if not noted:
            raise ImproperlyConfigured("django_cleanup's signal has another name, or it comes after this app")
