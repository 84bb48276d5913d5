"""The shipped systemd units and settings are valid, and their commands exist."""

import re
import shutil
import subprocess
import sys

import pytest
from django.core.management import get_commands

from ...processes import PRODUCTION, ROOT, environment
from .nginx import DEPLOY

UNITS, SETTINGS = DEPLOY / "systemd", DEPLOY / "environment"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
RUNNING = ["policeapp-mail.service", "policeapp-web.service"]
TIMERS = sorted(path.name for path in UNITS.glob("*.timer"))
# Paths in the units, and the paths to use instead in a checkout.
PATHS = {"/srv/policeapp/current/.venv/bin/python": sys.executable, "/srv/policeapp/current": str(ROOT)}


@pytest.fixture
def units(tmp_path):
    """A copy of the units with the paths of this checkout. Returns its folder."""
    folder = shutil.copytree(UNITS, tmp_path / "units")
    for path in folder.rglob("*.*"):
        if path.is_file():
            path.write_text(with_paths_of_checkout(path.read_text()))
    return folder


def with_paths_of_checkout(text):
    for path, ours in PATHS.items():
        text = text.replace(path, ours)
    return text


def analyze(folder, *arguments):
    """Run systemd-analyze with the units in the folder and those of systemd. Return the completed process."""
    program = shutil.which("systemd-analyze")
    assert program, "systemd-analyze is not installed. Install Debian's package systemd."
    return subprocess.run(
        [program, *arguments],
        env=environment({"SYSTEMD_UNIT_PATH": f"{folder}:", "LC_ALL": "C"}),
        capture_output=True,
        text=True,
        timeout=60,
    )


def verify(folder):
    return analyze(folder, "verify", "--man=no", *sorted(folder.glob("*.*[!d]")))


def test_systemd_accepts_all_units(units):
    assert len(SERVICES) >= 5
    done = verify(units)
    assert "policeapp" not in done.stderr, done.stderr
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("KillMode=mixed", "KillMod=mixed"), ("Type=notify", "Type=notified"), (sys.executable, "/nowhere/python")],
)
def test_systemd_rejects_mistakes(units, right, wrong):
    path = units / "policeapp-web.service"
    assert right in path.read_text()
    path.write_text(path.read_text().replace(right, wrong))
    assert wrong.rpartition("=")[2] in verify(units).stderr or wrong.partition("=")[0] in verify(units).stderr


@pytest.mark.parametrize("name", SERVICES)
def test_services_are_sandboxed(units, name):
    """systemd-analyze computes an exposure from 0 to 10. The limit here is 2.0."""
    done = analyze(units, "security", "--offline=yes", "--threshold=20", name)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_their_commands_exist(name):
    """Programs have absolute paths, and ``manage.py`` has the commands."""
    for command in re.findall(r"^Exec\w+=(.*)", (UNITS / name).read_text(), flags=re.MULTILINE):
        program, *arguments = with_paths_of_checkout(command).split()
        assert shutil.which(program) == program, command
        if arguments[0] == "manage.py":
            assert arguments[1] in get_commands()


def test_every_timer_has_its_service_and_every_other_service_runs_all_the_time():
    timers = [name.removesuffix(".timer") for name in TIMERS]
    assert timers == [name.removesuffix(".service") for name in SERVICES if name not in RUNNING]
    for name in RUNNING:
        assert "Restart=always" in (UNITS / name).read_text()


@pytest.mark.parametrize("name", TIMERS)
def test_systemd_understands_the_times_of_the_timers(units, name):
    times = re.findall(r"^OnCalendar=(.*)", (UNITS / name).read_text(), flags=re.MULTILINE)
    assert times
    for time in times:
        done = analyze(units, "calendar", time)
        assert done.returncode == 0 and "Next elapse" in done.stdout, done.stderr


# The settings


def test_systemd_and_a_shell_read_the_same_settings():
    lines = SETTINGS.read_text().splitlines()
    assert [
        line for line in lines if not re.fullmatch(r'(#.*|#?[A-Z_]+=([^\s$`\\"\'<>;&|()*?~#]+|"[^$`\\"]+")|)', line)
    ] == []


def test_the_site_starts_with_them_once_it_has_a_secret_key(tmp_path):
    path = tmp_path / "environment"
    path.write_text(f"{SETTINGS.read_text()}SECRET_KEY={PRODUCTION['SECRET_KEY']}\n")
    start = f"set -a; . {path}; exec {sys.executable} manage.py check --deploy --tag security --fail-level WARNING"
    done = subprocess.run(["sh", "-c", start], cwd=ROOT, env=environment({}), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_readme_explains_them_all():
    explained = set(
        re.findall(r"^\| `(\w+)` \|", (ROOT / "policeapp/deploy/README.md").read_text(), flags=re.MULTILINE)
    )
    named = set(re.findall(r"^#?([A-Z_]+)=", SETTINGS.read_text(), flags=re.MULTILINE))
    assert named - {"WEB_CONCURRENCY"} <= explained
