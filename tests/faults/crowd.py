"""Many processes that use one SQLite database through the site's models: ``python -m tests.faults.crowd`` and

work WRITERS READERS SECONDS    all write and read at once
kill TIMES                      two write at a time, of whom one is killed at a random moment, and another comes

print what they saw, as JSON on the last line.
"""

import json
import os
import random
import sys
from multiprocessing import get_context
from time import monotonic, sleep

import django

# They share what is loaded, and open connections of their own.
FORK = get_context("fork")


def work(writers, readers, seconds):
    """A list of what :func:`live` gives."""
    results = FORK.SimpleQueue()
    end = monotonic() + seconds
    everybody = [*enumerate([write_once] * writers), *enumerate([read_once] * readers)]
    people = [FORK.Process(target=live, args=[what, number, end, results]) for number, what in everybody]
    for person in people:
        person.start()
    seen = [results.get() for _ in people]
    for person in people:
        person.join()
    return seen


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


def kill(times):
    """The names of the writes that were acknowledged."""
    chance, living, acknowledged = random.Random(1), [], []
    for number in range(times + 1):
        hears, tells = os.pipe()
        writer = FORK.Process(target=write, args=[f"w{number}", tells])
        writer.start()
        os.close(tells)
        said = os.fdopen(hears)
        acknowledged.append(said.readline())
        living.append((writer, said))
        if len(living) == 2:
            writer, said = living.pop(chance.randrange(len(living)))
            sleep(chance.uniform(0, 0.2))
            writer.kill()
            acknowledged += said
            writer.join()
    # The last one, which nobody has killed yet.
    for writer, said in living:
        writer.kill()
        acknowledged += said
        writer.join()
    return [line.strip() for line in acknowledged if line.endswith("\n")]


def write(name, tells):
    """Write until killed; whoever listens is told the name of each write that was acknowledged."""
    chance, number = random.Random(name), 0
    while True:
        write_once(chance, f"{name}-{number}")
        os.write(tells, f"Unit {name}-{number}\n".encode())
        number += 1


if __name__ == "__main__":
    django.setup()
    print(json.dumps({"work": work, "kill": kill}[sys.argv[1]](*map(int, sys.argv[2:]))))
