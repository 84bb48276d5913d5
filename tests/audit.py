"""Checks the pinned packages for known vulnerabilities listed by PyPI: ``make audit``.

The exit status is 0 if there are none, 1 if there is one, and 3 if some packages could not be checked, for example
because the machine cannot reach PyPI or uses a mirror without advisories. With ``--if-possible``, packages that could
not be checked are reported, but the exit status is 0.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PINS = ["requirements.txt", "tests/requirements.txt"]
OK, VULNERABLE, NOT_CHECKED = 0, 1, 3


def audit():
    """Return pip-audit's list of packages, each a dict with "vulns", or "skip_reason" if it could not be checked.

    Raise ``ValueError`` with the error output if pip-audit fails. No package is installed or downloaded.
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
    """Print the vulnerabilities and return the exit status."""
    try:
        packages = audit()
    except ValueError as problem:
        packages, missing = [], [str(problem)]
    else:
        missing = [package["name"] for package in packages if "skip_reason" in package]
    vulnerabilities = [(package, found) for package in packages for found in package.get("vulns", [])]
    for package, found in vulnerabilities:
        fixed = ", ".join(found["fix_versions"]) or "no version yet"
        print(f"{package['name']} {package['version']}: {found['id']}, fixed in {fixed}")
    if missing:
        print("NOT AUDITED: PyPI's advisories could not be read for", ", ".join(missing), file=sys.stderr)
    checked = len(packages) - len(missing) if packages else 0
    print(f"Audited {checked} packages: {len(vulnerabilities)} known vulnerabilities.")
    if vulnerabilities:
        return VULNERABLE
    return NOT_CHECKED if missing and "--if-possible" not in arguments else OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
