"""`make run` starts the site and the mail worker, and both end together."""

import os
import signal
import stat
import subprocess

import pytest

from ..postgres import free_port
from ..processes import ROOT

PATIENCE = 30  # seconds; only a hanging command takes this long

# Takes the place of `manage.py`. The two commands that run all the time print their process ids.
MANAGE = """#!/bin/sh
case "$1" in
  runserver | send_mail) echo "$1 $$"; exec sleep 60 ;;
esac
"""


@pytest.fixture
def make(tmp_path):
    """Run `make run` with our program, until both commands have started. Yield `(process, {command: process id})`."""
    program = tmp_path / "manage"
    program.write_text(MANAGE)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    command = ["make", "-o", "install", "-o", ".secret-key", "run", f"MANAGE={program}", f"PORT={free_port()}"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    )
    started = {}
    for line in process.stdout:
        name, _space, pid = line.partition(" ")
        if name in ("runserver", "send_mail"):
            started[name] = int(pid)
        if len(started) == 2:
            break
    yield process, started
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)
    process.stdout.close()


def heed_interrupts():
    """Restore the default for SIGINT: a shell ignores it in background jobs, and what they start inherits that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("how", ["Ctrl-C", "SIGTERM", "the server ends"])
def test_make_run_leaves_no_process(make, how):
    process, started = make
    assert set(started) == {"runserver", "send_mail"} and all(map(is_running, started.values()))
    if how == "Ctrl-C":
        os.killpg(process.pid, signal.SIGINT)
    elif how == "SIGTERM":
        process.terminate()
    else:
        os.kill(started["runserver"], signal.SIGTERM)
    process.wait(PATIENCE)
    assert not any(map(is_running, started.values()))
