"""Builds a site with every public page in every state, and parses its pages.

All of its data is in Greek letters, so Latin letters on a page are the site's own text.
"""

from datetime import time, timedelta
from html.parser import HTMLParser
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from departments.claims import tokens
from departments.models import Department, Precision, SlugRedirect
from jobs.alerts.tokens import make_token
from jobs.models import HiringStep, Job

from . import admin, factories
from .factories import (
    let_confirmation_age,
    make_department,
    make_division,
    make_job,
    make_place,
    make_requirements,
    make_specialization,
    make_step,
    make_unit,
    today,
)

WESTPORT = (41.1434, -73.3496)
ANCHORAGE = (61.2, -149.9)


class Page(NamedTuple):
    """A URL, the state of its page, and its status."""

    url: str
    state: str
    status: int = 200

    def __str__(self):
        return f"{self.url[:80]} ({self.state})"


# The pages of a site without data.
EMPTY_SITE = [
    Page("/", "nothing loaded"),
    Page("/departments/", "nothing loaded"),
    Page("/departments/?near=06880", "no place known"),
    Page("/departments/ct/", "nothing loaded"),
    Page("/jobs/", "nothing loaded"),
    Page("/jobs/?near=06880", "no place known"),
    Page("/jobs/eligible/?age=30", "nothing loaded"),
]


def build():
    """Fill the database and return a ``Page`` for every public page in every state."""
    _make_places()
    full, hiring = _make_full_department(), _make_hiring_department()
    bare = make_department("Γυμνή", slug="bare", state="VT", city="")
    make_department("Σχέδιο", slug="draft", city="", status=Department.Status.DRAFT)
    SlugRedirect.objects.create(state="CT", slug="former", department=full)
    jobs = _make_jobs(hiring)
    _make_steps(jobs["public"]["open"])
    numbers = [job.pk for job in jobs["public"].values()]
    flood = "&".join("χ" * (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1))
    for number in range(21):
        make_job(make_department(f"Τμήμα {number}", slug=f"many-{number}", state="NY", city="Πόλη"), f"Θέση {number}")
    make_department("911 Κέντρο", slug="911", state="VT", city="Πόλη")
    make_department("9 Κέντρο", slug="9", state="VT", city="Πόλη", kind=Department.Kind.OTHER)
    return [
        Page("/", "full"),
        Page("/departments/", "first page"),
        Page("/departments/?page=2", "last page"),
        Page("/departments/?page=1", "first page, from a later one"),
        Page("/departments/?page=χ", "no such page", 404),
        Page("/departments/?q=αστυνομία", "words found"),
        Page("/departments/?q=τίποτα", "words not found"),
        Page("/departments/?q=αστυνομα", "misspelt words"),
        Page("/departments/?q=Άγκορ", "a town in the box for words"),
        Page("/departments/?near=Αγγορ", "a misspelt place"),
        Page("/departments/?near=06880", "near a ZIP code"),
        Page("/departments/?q=06880", "a ZIP code in the box for words"),
        Page("/departments/?near=06880&within=any", "by distance"),
        Page("/departments/?near=99999&within=10", "nothing within the radius"),
        Page("/departments/?near=Διπλή", "several places with the name"),
        Page("/departments/?q=Διπλή", "several places with the name, in the box for words"),
        Page("/departments/?near=Ουδαμού", "an unknown place"),
        Page("/departments/?kind=χ&within=χ&state=χ&specialization=χ&sort=χ", "invalid choices"),
        Page("/departments/?sort=distance", "sorted by distance from nowhere"),
        Page("/departments/?q=" + "χ" * 101, "text too long"),
        Page("/departments/?hiring=on&state=CT&kind=sheriff&specialization=1&sort=population", "every choice"),
        Page("/departments/ct/", "with counties"),
        Page("/departments/ny/?page=2", "last page of a state"),
        Page("/departments/a-to-z/0-9/", "with a department"),
        Page("/departments/vt/a-to-z/0-9/", "with a department"),
        Page("/departments/a-to-z/q/", "with none", 404),
        Page("/departments/ak/", "no department"),
        Page("/departments/zz/", "no such state", 404),
        Page("/departments/ct/county/7/", "with departments"),
        Page("/departments/ct/county/8/", "no such county", 404),
        Page(full.get_absolute_url(), "everything known"),
        Page(hiring.get_absolute_url(), "with openings"),
        Page(bare.get_absolute_url(), "nothing known"),
        Page("/departments/ct/draft/", "a draft", 404),
        Page("/departments/ct/former/", "a former slug", 301),
        Page("/departments/ct", "without its slash", 301),
        Page("/departments/compare/", "nothing chosen"),
        Page("/departments/compare/?d=ct/full&d=ct/hiring&d=vt/bare&q=Τμήμα", "three, and others to add"),
        Page("/departments/compare/?d=χ&d=χ&d=ψ&d=ω&d=ct/full&d=α&q=τίποτα", "unknown departments"),
        Page("/departments/compare/?d=ny/many-1&d=ny/many-2&d=ny/many-3&d=ct/full", "four"),
        Page("/jobs/compare/", "nothing chosen"),
        Page(f"/jobs/compare/?j={numbers[0]}&j={numbers[1]}&j={numbers[3]}&q=θέση", "three, and others to add"),
        Page("/jobs/compare/?j=χ&q=τίποτα", "unknown jobs"),
        Page("/jobs/", "first page"),
        Page("/jobs/?page=2", "last page"),
        Page("/jobs/?page=χ", "no such page", 404),
        Page("/jobs/?q=θέση", "words found"),
        Page("/jobs/?q=τίποτα", "words not found"),
        Page("/jobs/?near=06880", "near a ZIP code"),
        Page("/jobs/?near=06880&within=any", "by distance"),
        Page("/jobs/?near=99999&within=10", "nothing within the radius"),
        Page("/jobs/?near=99999&q=τίποτα", "no results anywhere"),
        Page("/jobs/?near=Διπλή", "several places with the name"),
        Page("/jobs/?near=Ουδαμού", "an unknown place"),
        Page("/jobs/?pay=χ&kind=χ", "pay that is not a number"),
        Page("/jobs/?pay=-1", "negative pay"),
        Page("/jobs/?pay=99999999999", "pay above the limit"),
        Page("/jobs/?sort=distance", "sorted by distance from nowhere"),
        Page("/jobs/?q=%00", "a null character"),
        Page("/jobs/?state=CT&kind=entry_level&pay=100&sort=pay", "every choice"),
        Page("/jobs/eligible/", "no answers"),
        Page("/jobs/eligible/?age=20&near=06880", "sorted near a ZIP code"),
        Page("/jobs/eligible/?age=30&certification=any_state&certified_in=AK", "sorted"),
        Page("/jobs/eligible/?age=30&near=99999&within=10", "nothing within the radius"),
        Page("/jobs/eligible/?age=χ&experience_years=χ&education=χ&certified_in=CT", "invalid answers"),
        Page("/jobs/eligible/?age=30&near=Διπλή", "several places with the name"),
        *(
            Page(job.get_absolute_url(), title, 410 if job.status == Job.Status.WITHDRAWN else 200)
            for title, job in jobs["public"].items()
        ),
        Page(f"{jobs['public']['open'].get_absolute_url()}correct/", "the form"),
        *(Page(job.get_absolute_url(), title, 404) for title, job in jobs["hidden"].items()),
        Page(f"/jobs/{jobs['public']['open'].pk}-other/", "another slug", 301),
        Page("/jobs/999999-1/", "no such opening", 404),
        *_make_alerts(hiring),
        *_make_claims(full),
        Page(f"{hiring.get_absolute_url()}embed/", "with openings"),
        Page(f"{bare.get_absolute_url()}embed/", "without openings"),
        Page("/departments/ct/former/embed/", "a former slug", 301),
        Page("/api/", "always the same"),
        Page("/data/", "without the file"),
        *_make_reminders(hiring),
        Page("/privacy/", "always the same"),
        Page("/accessibility/", "always the same"),
        Page("/nothing/", "no such page", 404),
        Page("/media/logos/nothing.png", "no such logo", 404),
        Page(f"/?{flood}", "too many parameters"),
        Page(f"/jobs/?{flood}", "too many parameters", 400),
    ]


def previews():
    """Return the pages that only staff see. Call :func:`build` first."""
    hidden = Job.objects.filter(status=Job.Status.DRAFT) | Job.objects.filter(opens_on__gt=today())
    return [
        Page(admin.page(Department.objects.get(slug="draft"), "preview"), "a draft"),
        *(Page(admin.page(job, "preview"), job.status) for job in hidden),
    ]


def _make_places():
    for zip_code, name, state, at in (
        ("06880", "Ουεστπορτ", "CT", WESTPORT),
        ("99999", "Άγκορ", "AK", ANCHORAGE),
        ("11111", "Διπλή", "MA", (42.1, -72.5)),
        ("22222", "Διπλή", "IL", (39.7, -89.6)),
    ):
        make_place(name, state, zip_code, at=at, county="Φαιρ 7")
        make_place(name, state, at=at, county="Φαιρ 7")


def _make_full_department():
    department = make_department(
        "Αστυνομία",
        slug="full",
        at=WESTPORT,
        chief_name="Άλφα Βήτα",
        chief_title="Αρχηγός",
        street1="Οδός 50",
        street2="Όροφος 2",
        city="Ουεστπορτ",
        zip="06880",
        county="Φαιρ 7",
        phone="(203) 341-6100",
        email="άλφα@βήτα.ελ",
        website="https://βήτα.ελ/",
        sworn_officers=64,
        sworn_year=2024,
        population=27_000,
        population_year=2023,
        more_specializations=True,
        about="Κείμενο\n\n## Τίτλος\n\n- [ένα](https://βήτα.ελ/)",
        mission="Αποστολή",
        mission_is_summary=True,
        special_units_intro="Εισαγωγή",
        logo=f"logos/{'0' * 32}.png",
        sources={
            name: {"source": "Πηγή", "as_of": "" if name == "about" else "2024", "set_by": "fixture"}
            for name in Department.FACTS
        },
    )
    factories.list_specializations(department, *(f"Ειδικό {number}" for number in range(1, 13)))
    make_step(department, date=today(department) - timedelta(days=1), weeks=2)
    for number in (1, 2):
        make_division(department, f"Τομέας {number}", responsibilities="Καθήκοντα")
        make_unit(department, f"Μονάδα {number}", description="Περιγραφή")
    return department


def _make_hiring_department():
    hiring = make_department(
        "Σερίφης", slug="hiring", kind=Department.Kind.SHERIFF, at=WESTPORT, precision=Precision.TOWN, county="Φαιρ 7",
        city="Ουεστπορτ", zip="06880",
    )  # fmt: skip
    hiring.listed_specializations.create(specialization=make_specialization("Ειδικό 99"))
    make_division(hiring, "Τομέας", responsibilities="Καθήκοντα")
    return hiring


def _make_jobs(department):
    day = department.today()
    words = {"description": "Περιγραφή", "apply_instructions": "Οδηγίες"}
    public = {
        "open": {
            "closes_on": day + timedelta(days=3),
            "closes_time": time(17),
            "pay_min": 30,
            "pay_max": 40,
            "pay_period": "hour",
            "requirements": "Προσόντα",
            "apply_url": "https://βήτα.ελ/",
            "apply_email": "άλφα@βήτα.ελ",
        },
        "closing today": {"closes_on": day, "pay_min": 50_100},
        "until filled": {"pay_max": 50_200},
        "a sample": {"is_sample": True, "pay_min": 5_000, "pay_max": 5_000},
        "closed": {"opens_on": day - timedelta(days=9), "closes_on": day - timedelta(days=1)},
        "filled": {"closes_on": day + timedelta(days=9)},
        "delisted": {},
        "perhaps filled": {},
        "not listed any more": {},
        "withdrawn": {"status": Job.Status.WITHDRAWN},
    }
    hidden = {
        "a draft": {"status": Job.Status.DRAFT},
        "not open yet": {"opens_on": day + timedelta(days=30)},
    }
    jobs = {
        kind: {
            title: make_job(department, f"Θέση {number}", **words | values)
            for number, (title, values) in enumerate(states.items())
        }
        for kind, states in (("public", public), ("hidden", hidden))
    }
    make_requirements(
        jobs["public"]["open"],
        minimum_age=21,
        maximum_age=34,
        education="high_school",
        certification="this_state",
        experience_years=2,
        citizenship="citizen",
        drivers_license="required",
    )
    jobs["public"]["filled"].fill()
    jobs["public"]["delisted"].delist("Careers page")
    let_confirmation_age(jobs["public"]["perhaps filled"], 50)
    let_confirmation_age(jobs["public"]["not listed any more"], 80)
    make_requirements(jobs["public"]["until filled"], education="none", certification="any_state", experience_years=0)
    return jobs


def _make_steps(job):
    day = job.department.today() + timedelta(days=9)
    words = {"place": "Αίθουσα", "waiver": "όλους", "note": "Μολύβι"}
    for number, kind in enumerate(HiringStep.Kind.values):
        make_step(job, kind, weeks=number / 2, fee=number or None)
    make_step(job, name="Βήμα", date=day, time=time(9), weeks=1, fee=25, **words)


def _make_alerts(department):
    """Yield the pages of the form and of the links in emails, in each state."""
    place = {"near": "Ουεστπορτ, CT 06880", "latitude": WESTPORT[0], "longitude": WESTPORT[1]}
    fresh = factories.make_alert("α@βήτα.ελ", confirmed=False, kind="entry_level", miles=25, pay=50_000, **place)
    running = factories.make_alert("α@βήτα.ελ", department=department, frequency="weekly")
    factories.make_alert("α@βήτα.ελ", q="θέση", state="CT", paused=True, **place)
    gone = factories.make_alert("χ@βήτα.ελ")
    refused = factories.make_alert("ω@βήτα.ελ", department=department)
    refused.subscriber.refused_at = timezone.now()
    refused.subscriber.save()
    links = {
        "to confirm": make_token("confirm", fresh.key),
        "confirmed": make_token("confirm", running.key),
        "to renew": make_token("renew", running.key),
        "to end": make_token("unsubscribe", running.key),
        "ended": make_token("unsubscribe", gone.key),
        "all alerts": make_token("manage", running.subscriber.key),
        "alerts that are refused": make_token("manage", refused.subscriber.key),
        "of a deleted subscriber": make_token("manage", gone.subscriber.key),
    }
    gone.unsubscribe()
    purposes = ["confirm", "confirm", "renew", "unsubscribe", "unsubscribe", "manage", "manage", "manage"]
    yield Page("/alerts/new/", "for everything")
    yield Page(f"/alerts/new/?department={department.pk}", "for a department")
    yield Page("/alerts/new/?near=06880&q=θέση&kind=cadet&pay=100&state=CT", "every choice")
    yield Page("/alerts/new/?near=Διπλή", "several places with the name")
    yield Page("/alerts/new/?near=Ουδαμού&kind=χ&department=χ", "invalid values")
    for purpose, (state, token) in zip(purposes, links.items(), strict=True):
        yield Page(f"/alerts/{purpose}/{token}/", state, 404 if state == "of a deleted subscriber" else 200)
    yield Page(f"/alerts/renew/{links['to end']}/", "a link for another purpose", 404)


def _make_reminders(department):
    """Yield the pages of the links in reminders, before and after the answer."""
    editor = factories.make_user("editor", is_staff=True)
    department.editors.add(editor)
    for state, job in (("to answer", make_job(department, "Θέση")), ("answered", make_job(department, "Θέση"))):
        links = factories.make_reminder(editor, job)
        if state == "answered":
            job.fill()
        for path in links.values():
            yield Page(path, state)
    yield Page("/jobs/reminders/fill/χ/", "no such link", 404)


def _make_claims(department):
    """Yield the pages of the form and of the links in emails, in each state."""
    claims = {
        "to confirm": factories.make_claim(department, "α@βήτα.ελ", confirmed=False, name="Άλφα", title="Βήτα"),
        "confirmed": factories.make_claim(department, "γ@βήτα.ελ", name="Άλφα", title="Βήτα"),
    }
    yield Page(f"{department.get_absolute_url()}claim/", "the form")
    yield Page("/departments/ct/draft/claim/", "a draft", 404)
    yield Page(f"{department.get_absolute_url()}correct/", "the form")
    yield Page("/departments/ct/draft/correct/", "a draft", 404)
    for state, claim in claims.items():
        yield Page(f"/departments/claims/confirm/{tokens.make_token('claim', claim.key)}/", state)
    yield Page(f"/departments/claims/confirm/{tokens.make_token('invitation', claim.key)}/", "another link", 404)


class Markup(HTMLParser):
    """A parsed page.

    ``tags`` is a list of ``(name, attributes)``, ``scripts`` has the text inside scripts and styles, and ``texts`` all
    other text.
    """

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.scripts, self.texts, self._inside = [], [], [], None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._inside = tag

    def handle_endtag(self, tag):
        if tag == self._inside:
            self._inside = None

    def handle_data(self, data):
        (self.scripts if self._inside else self.texts).append(data)
