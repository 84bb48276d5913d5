"""``make faults``: inject all faults, print the results, and exit with 1 if a limit is exceeded.

python -m tests.faults [--quick | --soak] [SUBJECT...]
"""

import argparse
import os
import platform
import sqlite3
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import django
from django.core.management import call_command

from ..postgres import private_server, run_program
from .report import show

SUBJECTS = ["workers", "reload", "database", "slow", "sqlite", "garbage", "disk", "mail", "redis"]


def main():
    options = parse()
    os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "LOG_LEVEL": "ERROR"}
    with TemporaryDirectory(prefix="policeapp-faults-") as folder, private_server() as server:
        os.environ["DATABASE_URL"] = "sqlite://:memory:"
        django.setup()
        call_command("collectstatic", interactive=False, verbosity=0)
        from .site import Case

        case = Case(Path(folder), server, options.scale)
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ", end="")
        print(f"SQLite {sqlite3.sqlite_version}\n", flush=True)
        began, results = monotonic(), []
        for name in options.subjects:
            started = monotonic()
            results += [show(row) for row in import_module(f".{name}", __package__).rows(case)]
            print(f"({name}: {monotonic() - started:.0f} s)\n", file=sys.stderr, flush=True)
    print(f"{len(results)} faults in {monotonic() - began:.0f} s; {results.count(False)} exceeded a limit.")
    return 0 if all(results) else 1


def parse():
    parser = argparse.ArgumentParser(prog="make faults", description="Inject faults into a running site.")
    parser.add_argument("--quick", dest="scale", action="store_const", const="quick", help="run each fault briefly")
    parser.add_argument("--soak", dest="scale", action="store_const", const="soak", help="run for about an hour")
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"some of {', '.join(SUBJECTS)}; all if none")
    parser.set_defaults(scale="usual")
    options = parser.parse_args()
    if unknown := set(options.subjects) - set(SUBJECTS):
        parser.error(f"There is no subject {', '.join(sorted(unknown))}.")
    options.subjects = options.subjects or SUBJECTS
    return options


if __name__ == "__main__":
    run_program(main)
