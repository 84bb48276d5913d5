"""``make faults``: do all the harm, print what came of it, end with 1 when a promise is broken.

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
        began, kept = monotonic(), []
        for name in options.subjects:
            begun = monotonic()
            kept += [show(row) for row in import_module(f".{name}", __package__).rows(case)]
            print(f"({name}: {monotonic() - begun:.0f} s)\n", file=sys.stderr, flush=True)
    print(f"{len(kept)} kinds of harm in {monotonic() - began:.0f} s; {kept.count(False)} broke a promise.")
    return 0 if all(kept) else 1


def parse():
    parser = argparse.ArgumentParser(prog="make faults", description="Harm the running site, and see what comes of it.")
    parser.add_argument("--quick", dest="scale", action="store_const", const="quick", help="a look whether all works")
    parser.add_argument("--soak", dest="scale", action="store_const", const="soak", help="for an hour or so")
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"some of {', '.join(SUBJECTS)}; all if none")
    parser.set_defaults(scale="usual")
    options = parser.parse_args()
    if unknown := set(options.subjects) - set(SUBJECTS):
        parser.error(f"There is no subject {', '.join(sorted(unknown))}.")
    options.subjects = options.subjects or SUBJECTS
    return options


if __name__ == "__main__":
    run_program(main)
