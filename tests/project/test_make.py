"""The Makefile's commands for developers never use the settings of a site in production."""

import os
import re
import subprocess

import pytest

from ..policeapp.test_settings import documented
from ..processes import ROOT

SHELL_IN_PRODUCTION = {
    "DATABASE_URL": "postgres://police:s3cret@db.example.org/police",
    "EMAIL_URL": "submission://police:s3cret@mail.example.org",
    "SITE_URL": "https://police.example.org",
    "MEDIA_ROOT": "/srv/police/media",
    "SECRET_KEY": "s3cret",
    "DEBUG": "0",
    "DJANGO_SETTINGS_MODULE": "policeapp.settings",
}


def make(*arguments, rules=""):
    """Run make in a shell with the settings of a site in production. Return its output."""
    return subprocess.run(
        ["make", "--no-print-directory", "-f", "-", *arguments],
        cwd=ROOT,
        input=f"include Makefile\n{rules}",
        env={"PATH": os.environ["PATH"], **SHELL_IN_PRODUCTION},
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout


def test_make_for_developers_ignores_the_settings_of_the_shell():
    """Otherwise `make run` would load samples into the database of a site in production."""
    found = dict(line.split("=", 1) for line in make("probe", rules="probe:\n\t@$(DEVELOPER) env\n").splitlines())
    assert found["DEBUG"] == "1" and "s3cret" not in found.values()
    assert found["SITE_URL"] == "http://127.0.0.1:8000"
    assert not (SHELL_IN_PRODUCTION.keys() - {"DEBUG", "SECRET_KEY", "SITE_URL"}) & found.keys()


def test_make_ignores_every_setting():
    ignored = make("probe", rules="probe:\n\t@echo $(SETTINGS)\n").split()
    assert sorted(ignored) == sorted([*documented(), "DJANGO_SETTINGS_MODULE"])


def test_make_says_what_it_ignores():
    told = make("probe", rules="probe:\n\t@$(SAY_IGNORED)\n")
    assert sorted(re.findall(r"make probe ignores (\w+) of your shell\.", told)) == sorted(SHELL_IN_PRODUCTION)
    assert "s3cret" not in told


@pytest.mark.parametrize("target", ["run", "admin", "test", "coverage", "bench", "faults", "soak"])
def test_no_command_for_developers_uses_the_settings_of_the_shell(target):
    """Each command that runs Django comes after those settings were removed."""
    commands = make("--dry-run", target).replace("\\\n", " ").splitlines()
    runs = [line for line in commands if re.search(r"python (manage\.py|-m (pytest|tests\.))", line)]
    assert runs and [line for line in runs if not line.startswith("unset ")] == []
