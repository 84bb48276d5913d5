"""An invented country to measure: departments clustered as ZIP codes are, with openings, in any number of tens.

What is there first is built in Python by the models' own rules; tenfold, it is copied from that in SQL, columns that
follow from others included.
"""

import random
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from departments import states
from departments.models import Department, DepartmentSpecialization, Division, Place, Specialization, SpecialUnit
from jobs.models import Job

# Nine words that tell copies of a department apart, each its own normalised form.
COPIES = ["north", "south", "east", "west", "upper", "lower", "new", "old", "lake"]
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
POSTS = [
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
    "Helps to plan programs that bring neighbours and officers together.",
]
SKILLS = ["K-9 Unit", "Bicycle Patrol", "Marine Patrol", "Crisis Negotiation", "Traffic Safety", "School Resource"]
BATCH = 2000


def grow(departments, openings):
    """Fill the database up to these numbers, which are ten, a hundred ... times what it has; or the first of all."""

    if not Department.objects.exists():
        _build_departments(departments)
        _build_openings(openings)
    while (step := Department.objects.order_by("-pk")[0].pk) < departments:
        word = "CASE n " + " ".join(f"WHEN {n} THEN '{word}'" for n, word in enumerate(COPIES, 1)) + " END"
        capital = f"upper(substr({word}, 1, 1)) || substr({word}, 2)"
        ori = "substr(ori, 1, 2) || n || substr(ori, 4)"
        with _without_indexes(Department):
            _multiply(
                Department,
                name=f"{capital} || ' ' || name",
                name_key=f"{word} || ' ' || name_key",
                name_core=f"{word} || ' ' || name_core",
                slug=f"slug || '-' || {word}",
                search_text=f"' ' || {word} || replace(search_text, lower(ori), lower({ori}))",
                ori=ori,
                # Up to some ten miles away.
                latitude="latitude + ((id * 31 + n * 7) % 100 - 50) / 350.0",
                longitude="longitude + ((id * 17 + n * 13) % 100 - 50) / 350.0",
            )
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE departments_department SET x = cos(radians(latitude)) * cos(radians(longitude)), "
                "y = cos(radians(latitude)) * sin(radians(longitude)), z = sin(radians(latitude)) WHERE id > %s",
                [step],
            )
        for part in (DepartmentSpecialization, Division, SpecialUnit):
            _multiply(part, department_id=f"department_id + n * {step}")
        with _without_indexes(Job):
            _multiply(
                Job,
                department_id=f"department_id + n * {step}",
                words=f"words || ' ' || {word}",
                all_words=f"all_words || ' ' || {word}",
            )
    while Job.objects.order_by("-pk")[0].pk < openings:
        with _without_indexes(Job):
            _multiply(Job)
    with connection.cursor() as cursor:
        # Statistics: PostgreSQL keeps them by itself, SQLite when it is told to.
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
            phone="(203) 555-0100",
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
        # One in five says more of itself than the rest.
        chatty = departments[::5]
        DepartmentSpecialization.objects.bulk_create(
            [
                DepartmentSpecialization(department=department, specialization=skill, order=order)
                for department in chatty
                for order, skill in enumerate(chance.sample(list(Specialization.objects.all()), 3), 1)
            ],
            batch_size=BATCH,
        )
        for part, names in ((Division, ("Patrol", "Investigations")), (SpecialUnit, ("Marine Unit", "Bomb Squad"))):
            part.objects.bulk_create(
                [
                    part(department=department, name=name, order=order)
                    for department in chatty
                    for order, name in enumerate(names, 1)
                ],
                batch_size=BATCH,
            )


def _build_openings(number):

    chance = random.Random(2)
    today = timezone.localdate()
    jobs = []
    for pk, department in enumerate(chance.choices(list(Department.objects.order_by("pk")), k=number), 1):
        title, kind = chance.choice(POSTS)
        pay = chance.randrange(40_000, 110_000, 100)
        opens = today - timedelta(days=chance.randrange(2, 60))
        # Most have a deadline, and for some it has passed.
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


def _multiply(model, **changes):
    """Copy every row of the model nine times; ``changes`` has the SQL of columns that differ in copy ``n``.

    The keys of the rows are 1, 2, 3 ... before and after.
    """
    columns = [field.column for field in model._meta.concrete_fields if not field.generated]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(id) FROM {model._meta.db_table}")
        changes["id"] = f"id + n * {cursor.fetchone()[0]}"
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(map(_quoted, columns))}) "
            "WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < 9) "
            f"SELECT {', '.join(changes.get(column, _quoted(column)) for column in columns)} "
            f"FROM {model._meta.db_table}, copy ORDER BY n, id"
        )


def _quoted(column):
    return connection.ops.quote_name(column)


class _without_indexes:
    """Within this the model's table has no indexes but those of its constraints: they are faster made than kept."""

    POSTGRESQL = """SELECT 'INDEX', relname, pg_get_indexdef(oid) FROM pg_index i JOIN pg_class ON oid = indexrelid
        WHERE i.indrelid = %s::regclass AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)"""
    # SQLite's triggers keep its full-text indexes.
    SQLITE = """SELECT upper(type), name, sql FROM sqlite_master
        WHERE tbl_name = %s AND type IN ('index', 'trigger') AND sql IS NOT NULL"""

    def __init__(self, model):
        self.model, self.table = model, model._meta.db_table

    def __enter__(self):
        with connection.cursor() as cursor:
            cursor.execute(self.POSTGRESQL if connection.vendor == "postgresql" else self.SQLITE, [self.table])
            self.dropped = cursor.fetchall()
            for kind, name, _ in self.dropped:
                cursor.execute(f"DROP {kind} {_quoted(name)}")

    def __exit__(self, *problem):
        with connection.cursor() as cursor:
            for _, _, definition in self.dropped:
                cursor.execute(definition)
            for column in self.model.FULL_TEXT if connection.vendor == "sqlite" else ():
                index = _quoted(f"{self.table}_{column}_words")
                cursor.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
