"""Fills a database with invented departments, which cluster like ZIP codes, and openings."""

import random
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from departments.geo import states
from departments.models import Department, DepartmentSpecialization, Division, Place, Specialization, SpecialUnit
from jobs.models import Job

AGENCIES = [
    ("Police Department", "municipal"),
    ("Sheriff's Office", "sheriff"),
    ("Township Police Department", "municipal"),
    ("University Police Department", "campus"),
    ("School District Police Department", "school_district"),
    ("Transit Police", "transit_airport_port"),
    ("Park Police", "park_wildlife"),
    ("Constable", "constable_marshal"),
]
TITLES = [
    ("Police Officer", "entry_level"),
    ("Police Officer Recruit", "entry_level"),
    ("Lateral Police Officer", "lateral"),
    ("Deputy Sheriff", "entry_level"),
    ("Public Safety Dispatcher", "dispatcher"),
    ("Emergency Communications Call Taker", "dispatcher"),
    ("Detention Officer", "corrections"),
    ("Crime Analyst", "civilian"),
    ("Records Clerk", "civilian"),
    ("Evidence Technician", "civilian"),
    ("Police Cadet", "cadet"),
    ("Reserve Officer", "reserve"),
    ("Lieutenant", "command"),
    ("Crossing Guard", "other"),
]
SENTENCES = [
    "Patrols an assigned district by car and on foot and answers calls for service.",
    "Writes clear reports, collects evidence and testifies in court.",
    "Works rotating shifts, weekends and holidays, in all weather.",
    "Deals patiently with people in distress and keeps what they say in confidence.",
    "Operates radios, computers and databases with accuracy under pressure.",
    "Helps to plan programs that bring neighbors and officers together.",
]
SKILLS = ["K-9 Unit", "Bicycle Patrol", "Marine Patrol", "Crisis Negotiation", "Traffic Safety", "School Resource"]
BATCH = 2000


def grow(departments, openings):
    """Fill an empty database up to these numbers."""
    _build_departments(departments)
    _build_openings(openings)
    with connection.cursor() as cursor:
        # Update the planner's statistics now. SQLite never does so by itself.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _build_departments(number):

    chance = random.Random(1)
    towns = list(Place.objects.filter(zip="", zip_codes__gt=0, state__in=list(states.STATES)).order_by("pk"))
    weights = [town.zip_codes for town in towns]
    taken, departments = {}, []
    for pk, town in enumerate(chance.choices(towns, weights, k=number), 1):
        order = taken[town.pk] = taken.get(town.pk, -1) + 1
        agency, kind = AGENCIES[order % len(AGENCIES)]
        name = f"{town.name} {agency}" + (f" {order // len(AGENCIES) + 1}" if order >= len(AGENCIES) else "")
        department = Department(
            pk=pk,
            name=name,
            kind=kind,
            ori=f"{town.state}{pk:07}",
            status="published",
            chief_name="Robin Example",
            street1=f"{chance.randrange(1, 999)} Main Street",
            city=town.name,
            state=town.state,
            county=town.county.removesuffix(" County").removesuffix(" Parish"),
            latitude=max(-89, min(89, chance.gauss(town.latitude, 0.04))),
            longitude=chance.gauss(town.longitude, 0.04),
            precision="building",
            time_zone=town.time_zone,
            phone="(203) 341-6100",
            population=int(chance.lognormvariate(9, 1.5)),
            population_year=2023,
            about=" ".join(chance.sample(SENTENCES, 3)),
            sources={"population": {"source": "An invented census", "as_of": "2023", "set_by": "import"}},
        )
        department.derive()
        department.slug = f"{department.name_key.replace(' ', '-')[:80]}-{pk}"
        departments.append(department)
    with transaction.atomic():
        Department.objects.bulk_create(departments, batch_size=BATCH)
        skills = [Specialization(name=name, slug=name.lower().replace(" ", "-")) for name in SKILLS]
        Specialization.objects.bulk_create(skills)
        # One in five has a longer profile.
        detailed = departments[::5]
        DepartmentSpecialization.objects.bulk_create(
            [
                DepartmentSpecialization(department=department, specialization=skill, order=order)
                for department in detailed
                for order, skill in enumerate(chance.sample(list(Specialization.objects.all()), 3), 1)
            ],
            batch_size=BATCH,
        )
        for part, names in ((Division, ("Patrol", "Investigations")), (SpecialUnit, ("Marine Unit", "Bomb Squad"))):
            part.objects.bulk_create(
                [
                    part(department=department, name=name, order=order)
                    for department in detailed
                    for order, name in enumerate(names, 1)
                ],
                batch_size=BATCH,
            )


def _build_openings(number):

    chance = random.Random(2)
    today = timezone.localdate()
    jobs = []
    for pk, department in enumerate(chance.choices(list(Department.objects.order_by("pk")), k=number), 1):
        title, kind = chance.choice(TITLES)
        pay = chance.randrange(40_000, 110_000, 100)
        opens = today - timedelta(days=chance.randrange(2, 60))
        # Most have a deadline, and some deadlines have passed.
        closes = today + timedelta(days=chance.randrange(-1, 90)) if chance.random() < 0.7 else None
        job = Job(
            pk=pk,
            department=department,
            title=title,
            kind=kind,
            status="draft" if chance.random() < 0.03 else "published",
            description=" ".join(chance.sample(SENTENCES, 3)),
            apply_instructions="Write to us.",
            pay_min=pay,
            pay_max=pay + 20_000 if chance.random() < 0.5 else None,
            opens_on=min(opens, closes or opens),
            closes_on=closes,
        )
        job.derive()
        jobs.append(job)
    Job.objects.bulk_create(jobs, batch_size=BATCH)
