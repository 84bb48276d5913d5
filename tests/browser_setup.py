"""Finds the browser for the tests, and installs one if there is none.

    python tests/browser_setup.py

It uses an installed Chromium or Chrome. Otherwise it installs chromium-headless-shell: Debian's package as root on
Debian, Playwright's build elsewhere.
"""

import os
import platform
import shutil
import subprocess
import sys

# In order of preference: the headless shell needs a third less processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def installed():
    """Return the path of the installed browser, or None to let Playwright use its own.

    Use it as ``launch(executable_path=installed())``.
    """
    return next(filter(None, map(shutil.which, NAMES)), None)


def is_debian():
    """Return True on Debian. On Ubuntu, the package chromium installs a snap, which does not run in a container."""
    try:
        return platform.freedesktop_os_release()["ID"] == "debian"
    except OSError:
        return False


def driver_starts():
    """Return True if Playwright's driver runs. It needs libatomic, which a minimal Debian lacks."""
    return subprocess.run([sys.executable, "-m", "playwright", "--version"], capture_output=True).returncode == 0


def main():
    """Install a browser and the driver's library if needed. Raise ``CalledProcessError`` if an installer fails."""
    if installed() and driver_starts():
        return
    if os.geteuid() == 0 and is_debian():
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], check=True, env=environment)
        subprocess.run(["apt-get", "install", "-qy", NAMES[0], "libatomic1"], check=True, env=environment)
    elif not installed():
        subprocess.run([sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"], check=True)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as problem:
        sys.exit(f"The tests need a browser, and installing one failed: {' '.join(problem.cmd)}")
