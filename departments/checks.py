"""System checks of the directory's data."""

from django.core.checks import Error
from django.db import Error as DatabaseError

from .models import Place


def check_places(app_configs, databases=None, **kwargs):
    """Check that ZIP codes and towns are loaded."""
    try:
        if "default" not in (databases or ()) or Place.objects.exists():
            return []
    except DatabaseError:
        return []  # policeapp.E001 or E002 reports it
    text = "No places are loaded, so searches near a ZIP code or town find nothing."
    return [Error(text, hint="Run manage.py load_places.", id="departments.E001")]
