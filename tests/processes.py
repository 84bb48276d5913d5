"""Runs Python in other processes, with only the environment variables that a test gives."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]

# The settings that production needs, and no others.
PRODUCTION = {
    "SECRET_KEY": "qLr7-" * 11,
    "ALLOWED_HOSTS": "police.example.org",
    "SITE_URL": "https://police.example.org",
}


def environment(values):
    """Return an environment with only these settings."""
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "policeapp.settings",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "error,ignore:The FORMS_URLFIELD_ASSUME_HTTPS",
        **values,
    }


def python(*arguments, env):
    """Run Python with these arguments in the checkout. Return the finished process with its output as text."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment(env), capture_output=True, text=True, timeout=60
    )


def new_sqlite(path):
    """Create an empty, migrated database at the path and return its URL."""
    shutil.copy(migrated_sqlite(), path)
    return f"sqlite:///{path}"


@cache
def migrated_sqlite():
    """Return the path of a migrated database. It is created once, because migrating takes seconds."""
    path = Path(settings.MEDIA_ROOT).parent / f"migrated-{os.getpid()}.sqlite3"
    done = python("manage.py", "migrate", "--verbosity=0", env=PRODUCTION | {"DATABASE_URL": f"sqlite:///{path}"})
    assert done.returncode == 0, done.stderr
    return path
