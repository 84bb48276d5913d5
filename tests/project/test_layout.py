"""The layout of the checkout, the import rules, docstrings and help texts."""

import ast
import re
import shutil
import subprocess
import sys
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command, get_commands, load_command_class

from ..processes import ROOT

TOP = {
    *("manage.py", "pyproject.toml", "policeapp", "departments", "jobs", "templates", "static", "fixtures", "tests"),
    *("README.md", "Makefile", "requirements.txt"),
}
OURS = ("policeapp", "departments", "jobs")

# Modules that need no docstring.
WIRING = ("apps.py", "urls.py", "__init__.py")


def modules(*folders):
    """Return the paths of the Python files in these folders, without migrations."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def name_of(path):
    return str(path.relative_to(ROOT))


def lint_imports(folder):
    linter = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([linter, "--no-cache"], cwd=folder, capture_output=True, text=True, timeout=60)


def test_the_top_level_has_only_the_expected_files():
    """Files that git ignores may be there too."""
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines() if line.strip("/ ")]
    found = [path.name for path in ROOT.iterdir() if not path.name.startswith(".")]
    assert {name for name in found if not any(fnmatch(name, pattern) for pattern in ignored)} == TOP


def test_the_import_rules_hold():
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", done.stdout)


@pytest.mark.parametrize(
    ("module", "upward"),
    [
        ("departments/models/department.py", "jobs.models"),
        ("departments/search/ranking.py", "jobs.models"),
        ("departments/models/place.py", "departments.search.forms"),
        ("jobs/models/job.py", "jobs.forms"),
        ("jobs/alerts/models.py", "jobs.feeds.atom"),
        ("policeapp/web/pagination.py", "departments.models"),
        ("policeapp/operations/clean_up.py", "jobs.alerts.models"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path, module, upward):
    for name in OURS:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with open(tmp_path / module, "a") as changed:
        changed.write(f"\nimport {upward}\n")
    done = lint_imports(tmp_path)
    assert done.returncode != 0
    assert "BROKEN" in done.stdout


def test_every_module_has_a_docstring():
    missing = [
        name_of(path)
        for path in modules(*OURS, "tests")
        if path.name not in WIRING
        and path.parent.name != "commands"
        and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert missing == []


def test_every_command_has_a_help_text():
    ours = [name for name, app in get_commands().items() if app in OURS]
    assert {"load_places", "load_samples", "remove_samples", "populate"} <= set(ours)
    for name in ours:
        assert load_command_class(get_commands()[name], name).help, name


def test_every_longer_public_function_has_a_docstring():
    missing = [
        f"{name_of(path)}: {node.name}"
        for path in modules(*OURS)
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and node.end_lineno - node.lineno > 3
        and not ast.get_docstring(node)
    ]
    assert missing == []


def test_there_are_no_reminders_in_the_code():
    reminder = re.compile(r"\b(TO" + "DO|FIX" + "ME|X" + "XX|H" + r"ACK)\b")
    found = []
    for folder in (*OURS, "templates", "static", "tests", "fixtures"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".html", ".css", ".js", ".svg", ".json") and reminder.search(path.read_text()):
                found.append(name_of(path))
    assert found == []


def test_loading_the_seed_twice_adds_nothing(db):
    def rows():
        models = [model for name in OURS for model in apps.get_app_config(name).get_models()]
        return Counter({model.__name__: model.objects.count() for model in models})

    call_command("loaddata", "westport", verbosity=0)
    once = rows()
    assert once["Department"] == 1 and once["DepartmentSpecialization"] == 10
    call_command("loaddata", "westport", verbosity=0)
    assert rows() == once
