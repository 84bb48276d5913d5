"""Other processes: Python with an environment that a test gives whole, so that nothing of the tests' own leaks in."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]

# What the README asks for in production, and nothing else.
PRODUCTION = {"SECRET_KEY": "qLr7-" * 11, "ALLOWED_HOSTS": "police.example.org"}


def environment(values):
    """The environment of a process that has only these variables of ours."""
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "policeapp.settings",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "error,ignore:The FORMS_URLFIELD_ASSUME_HTTPS",
        **values,
    }


def python(*arguments, env):
    """Run Python with these arguments from the top of the checkout; the finished process, its output as text."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment(env), capture_output=True, text=True, timeout=60
    )


def new_sqlite(path):
    """Put an empty database there that has all migrations; its URL."""
    shutil.copy(migrated_sqlite(), path)
    return f"sqlite:///{path}"


@cache
def migrated_sqlite():
    """Migrating takes seconds: once, and copied for each test that needs a file of its own."""
    path = Path(settings.MEDIA_ROOT).parent / f"migrated-{os.getpid()}.sqlite3"
    done = python("manage.py", "migrate", "--verbosity=0", env=PRODUCTION | {"DATABASE_URL": f"sqlite:///{path}"})
    assert done.returncode == 0, done.stderr
    return path
