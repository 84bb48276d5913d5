"""System checks of the directory's data."""

from django.core.checks import Error
from django.db import Error as DatabaseError

from .models import Place


def check_places(app_configs, databases=None, **kwargs):
    """ZIP codes and towns are loaded."""
    try:
        if "default" not in (databases or ()) or Place.objects.exists():
            return []
    except DatabaseError:
        return []  # policeapp.E001 or E002 says so
    text = "There are no places, so no search near a ZIP code or town finds anything."
    return [Error(text, hint="Run manage.py load_places.", id="departments.E001")]
