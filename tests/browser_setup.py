"""The browser that the tests drive: the machine's Chromium or Chrome, else one that this script installs.

    python tests/browser_setup.py

As root on Debian it installs Debian's package chromium-headless-shell, elsewhere Playwright's own build of the same.
"""

import os
import platform
import shutil
import subprocess
import sys

# The first has no windows, and takes a third less of the processor for the same pages.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def installed():
    """The path of the machine's browser, or None where Playwright's own is the one to use.

    For Playwright's ``launch(executable_path=installed())``.
    """
    return next(filter(None, map(shutil.which, NAMES)), None)


def is_debian():
    """Whether this is Debian itself: Ubuntu's package chromium installs a snap, which a container cannot run."""
    try:
        return platform.freedesktop_os_release()["ID"] == "debian"
    except OSError:
        return False


def driver_starts():
    """Whether Playwright's own driver runs: it needs a library that a bare Debian lacks."""
    return subprocess.run([sys.executable, "-m", "playwright", "--version"], capture_output=True).returncode == 0


def main():
    """Make sure that there is a browser and that it can be driven; raises what a failed installer raises."""
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
