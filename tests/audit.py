"""Holds the pinned packages against the known vulnerabilities that PyPI lists: ``make audit``.

Ends with 0 when no pinned package has any, with 1 when one has, and with 3 when not all could be asked for: a machine
without a way to PyPI's advisories, or with one to a mirror that has none, has audited nothing. With ``--if-possible``,
for builds on such a machine, that is said and no failure.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PINS = ["requirements.txt", "tests/requirements.txt"]
FINE, VULNERABLE, NOT_ASKED = 0, 1, 3


def audit():
    """``[package]`` as pip-audit tells of them: each has its known "vulns", or a "skip_reason" when nobody knows.

    Raises ``ValueError`` with what was said where nothing was told. No package is installed or downloaded for it.
    """
    command = ["pip_audit", "--require-hashes", "--disable-pip", "--progress-spinner=off", "--format=json"]
    done = subprocess.run(
        [sys.executable, "-m", *command, *(f"--requirement={ROOT / name}" for name in PINS)],
        capture_output=True,
        text=True,
    )
    try:
        return json.loads(done.stdout)["dependencies"]
    except json.JSONDecodeError:
        raise ValueError(done.stderr.strip()[-500:]) from None


def main(arguments):
    """Print what is known; the exit status."""
    try:
        packages = audit()
    except ValueError as problem:
        packages, missing = [], [str(problem)]
    else:
        missing = [package["name"] for package in packages if "skip_reason" in package]
    flaws = [(package, flaw) for package in packages for flaw in package.get("vulns", [])]
    for package, flaw in flaws:
        mended = ", ".join(flaw["fix_versions"]) or "no version yet"
        print(f"{package['name']} {package['version']}: {flaw['id']}, mended in {mended}")
    if missing:
        print("NOT AUDITED: from here nobody can be asked for the advisories of", ", ".join(missing), file=sys.stderr)
    print(f"Audited {len(packages) - len(missing) if packages else 0} packages: {len(flaws)} known vulnerabilities.")
    if flaws:
        return VULNERABLE
    return NOT_ASKED if missing and "--if-possible" not in arguments else FINE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
