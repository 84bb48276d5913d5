"""Many processes that read and write one SQLite database through the site's models: ``python -m tests.faults.crowd`` and

crowd WRITERS READERS SECONDS    what they saw, as JSON on the last line
write NAME                       write until killed; each line that is printed is a write that was acknowledged
"""

import json
import os
import random
import sys
from multiprocessing import get_context
from time import monotonic

import django


def crowd(writers, readers, seconds):
    from django.db import connections

    connections.close_all()
    context = get_context("fork")
    results = context.SimpleQueue()
    end = monotonic() + seconds
    work = [*enumerate([write_once] * writers), *enumerate([read_once] * readers)]
    people = [context.Process(target=live, args=[what, number, end, results]) for number, what in work]
    for person in people:
        person.start()
    seen = [results.get() for _ in people]
    for person in people:
        person.join()
    print(json.dumps(seen))


def live(work, number, end, results):
    """Do the work until the end; ``{"did", "times", "problems", "longest" (s)}``."""
    seen = {"did": work.__name__, "times": 0, "problems": [], "longest": 0}
    chance = random.Random(number)
    while (begun := monotonic()) < end:
        try:
            work(chance, f"{number}-{seen['times']}")
            seen["times"] += 1
        except Exception as problem:
            seen["problems"].append(repr(problem))
        seen["longest"] = max(seen["longest"], monotonic() - begun)
    results.put(seen)


def read_once(chance, name):
    """A page's worth of reading."""
    from departments.models import Department
    from jobs.models import Job

    department = chance.choice(list(Department.objects.published().by_name()[:20]))
    list(Job.objects.open().listed().newest()[:20])
    list(department.divisions.all())


def write_once(chance, name):
    """An edit as the admin makes it: read, change and add, in one transaction."""
    from django.db import transaction

    from departments.models import Department, Specialization

    with transaction.atomic():
        department = chance.choice(list(Department.objects.order_by("pk")[:20]))
        department.chief_name = f"Chief {name}"
        department.save()
        Specialization.objects.create(name=f"Unit {name}", slug=f"unit-{name}")


def write(name):
    chance = random.Random(name)
    number = 0
    while True:
        write_once(chance, f"{name}-{number}")
        os.write(1, f"{name}-{number}\n".encode())
        number += 1


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "crowd":
        crowd(*map(int, sys.argv[2:]))
    else:
        write(sys.argv[2])
