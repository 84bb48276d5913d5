"""Uploaded files: finds and deletes those that no database row refers to."""

import logging
import posixpath
from datetime import timedelta

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import FileField
from django.utils import timezone

logger = logging.getLogger(__name__)

UNUSED_FOR = timedelta(days=30)


def file_fields():
    """Yield ``(model, field)`` for each field that holds an uploaded file, in the history too."""
    for model in apps.get_models():
        for field in getattr(model, "tracked_fields", model._meta.local_concrete_fields):
            if isinstance(field, FileField):
                yield model, field


def referenced_files():
    """Return the names of the uploaded files that database rows refer to."""
    names = set()
    for model, field in file_fields():
        names.update(model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True))
    return names


def delete_unused_files():
    """Delete uploaded files that no row has referred to for 30 days, and return their number.

    A file's date shows when it was uploaded, not when it was replaced. So the first run that finds a file unused adds
    an empty marker file, and a later run deletes the file when its marker is 30 days old.

    Markers are files and not database rows. So machines with separate folders don't affect each other, and restoring an
    old database does not bring back old dates.
    """
    used, deleted = referenced_files(), 0
    for folder in sorted({field.upload_to for _, field in file_fields()}):
        files = default_storage.listdir(folder)[1] if default_storage.exists(folder) else []
        for name in files:
            name = posixpath.join(folder, name)
            try:
                deleted += _delete_if_unused(name, used)
            except OSError as error:
                logger.warning("The unused file %s could not be deleted: %s", name, error)
    return deleted


def _delete_if_unused(name, used):
    marker = f".unused/{name}"
    if name in used:
        default_storage.delete(marker)
    elif not default_storage.exists(marker):
        default_storage.save(marker, ContentFile(b""))
    # A file that was restored from a backup is newer than its marker.
    elif max(map(default_storage.get_modified_time, (name, marker))) <= timezone.now() - UNUSED_FOR:
        default_storage.delete(marker)
        default_storage.delete(name)
        return True
    return False
