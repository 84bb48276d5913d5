"""The commands that run in a child process for one database: ``python -m tests.benchmarks.inside``

grow DEPARTMENTS OPENINGS                                   fill it
measure SUBJECT ENGINE DEPARTMENTS OPENINGS FOLDER QUICK    print a subject's rows in JSON on the last line
"""

import json
import os
import sys
from importlib import import_module
from pathlib import Path

import django

from .table import Case, Size


def grow(departments, openings):
    from .country import grow

    grow(int(departments), int(openings))


def measure(subject, engine, departments, openings, folder, quick):
    case = Case(engine, Size(int(departments), int(openings)), Path(folder), quick == "True")
    rows = import_module(f".{subject}", __package__).rows(case)
    print(json.dumps([[row.what, row.figures, row.bars] for row in rows]))


if __name__ == "__main__":
    # Measure uncached pages.
    os.environ["PAGE_CACHE_ENTRIES"] = "0"
    django.setup()
    {"grow": grow, "measure": measure}[sys.argv[1]](*sys.argv[2:])
