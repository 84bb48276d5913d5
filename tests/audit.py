"""Holds the pinned packages against the known vulnerabilities that PyPI lists: ``make audit``.

Ends with 0 when no pinned package has any, with 1 when one has, and with 3 when nobody could be asked: a machine
without a way to PyPI's advisories has audited nothing. With ``--if-possible``, for builds on such a machine, that is
said and no failure.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PINS = ["requirements.txt", "tests/requirements.txt"]
FINE, VULNERABLE, NOT_ASKED = 0, 1, 3


def audit(pins):
    """``([package with its known vulnerabilities], what the service said)``; None for the list where it did not answer.

    No package is installed or downloaded: the files pin all of them, with hashes.
    """
    command = ["pip_audit", "--require-hashes", "--disable-pip", "--progress-spinner=off", "--format=json"]
    done = subprocess.run(
        [sys.executable, "-m", *command, *(f"--requirement={ROOT / name}" for name in pins)],
        capture_output=True,
        text=True,
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError:
        return None, done.stderr.strip()
    return [package for package in packages if package.get("vulns") or "skip_reason" in package], done.stderr.strip()


def main(arguments):
    found, said = audit(PINS)
    if found is None:
        print(f"NOT AUDITED: the advisories cannot be asked from here.\n{said[-500:]}", file=sys.stderr)
        return FINE if "--if-possible" in arguments else NOT_ASKED
    for package in found:
        for flaw in package.get("vulns", []):
            fixed = ", ".join(flaw["fix_versions"]) or "no version yet"
            print(f"{package['name']} {package['version']}: {flaw['id']}, mended in {fixed}")
        if "skip_reason" in package:
            print(f"{package['name']}: {package['skip_reason']}")
    print(f"Audited: {len(found)} of the pinned packages are known to be vulnerable, or could not be looked up.")
    return VULNERABLE if found else FINE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
