"""Every public page in every state that looks different, for tests that check all of them."""

from datetime import time, timedelta
from io import BytesIO
from typing import NamedTuple
from uuid import uuid4

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from departments.claims import tokens as claims
from departments.models import Department
from jobs.alerts.tokens import make_token
from jobs.models import Job

from .. import admin, factories


class Scene(NamedTuple):
    """A page in one state: its path, the text to click after opening it, and its status."""

    name: str
    path: str
    press: str = ""  # the text of the element to click, if any
    status: int = 200
    staff: bool = False

    def __str__(self):
        return f"{self.name} ({self.path[:60]})"

    def enter(self, page):
        """Open the scene in the page."""
        response = page.goto(self.path)
        assert response.status == self.status, f"{self}: {response.status}"
        if self.press:
            page.get_by_text(self.press, exact=True).click()


def build(group, westport):
    """Create the data of a group of scenes, beyond the fixture ``neighborhood``, and return the scenes."""
    return BUILDERS[group](westport)


def _home(westport):
    return [
        Scene("home", "/"),
        Scene("the privacy policy", "/privacy/"),
        Scene("the accessibility statement", "/accessibility/"),
        Scene("our data", "/data/"),
        Scene("the description of the API", "/api/"),
        Scene("a frame without openings", f"{westport.get_absolute_url()}embed/"),
        Scene("a frame with openings", "/departments/ct/norwalk-police-department/embed/"),
    ]


def _directory(westport):
    for number in range(21):
        factories.make_department(f"Precinct {number}", city="Boise", state="ID")
    _make_answers(westport)
    return [
        Scene("the directory", "/departments/"),
        Scene("more filters", "/departments/", press="More filters"),
        Scene("filters in use", "/departments/?state=CT&kind=municipal&hiring=on&sort=name"),
        Scene("departments near a ZIP code", "/departments/?near=06880"),
        Scene("who polices a ZIP code", "/departments/?q=06880"),
        Scene("who polices a ZIP code in a county and a city", "/departments/?q=22030"),
        Scene("the last page", "/departments/?page=2"),
        Scene("no department with that name", "/departments/?q=qqqq"),
        Scene("no department nearby", "/departments/?near=Springfield%2C+MO&within=10"),
        Scene("an unknown place", "/departments/?near=Nowhere"),
        Scene("several places with the name", "/departments/?q=Springfield"),
        Scene("departments of a town, and towns with the name", "/departments/?q=Norwalk"),
        Scene("a misspelt town", "/departments/?q=Wesport+CT"),
        Scene("a state", "/departments/ct/"),
        Scene("a state without departments", "/departments/gu/"),
        Scene("a county", "/departments/ct/county/fairfield/"),
        Scene("a county with several answers", "/departments/va/county/fairfax/"),
        Scene("a letter", "/departments/a-to-z/p/"),
        Scene("a letter in a state", "/departments/id/a-to-z/p/"),
        Scene("nothing to compare yet", "/departments/compare/?q=precinct"),
        Scene(
            "departments side by side",
            "/departments/compare/?d=ct/westport-police-department&d=id/precinct-0&d=id/precinct-1&d=id/nowhere&q=qqqq",
        ),
    ]


def _profiles(westport):
    sheriff = _make_sheriff()
    factories.make_job(sheriff, "Deputy Sheriff (Lateral), Patrol Division, Midnight Shift", pay_min=64_500)
    factories.make_job(sheriff, "Cadet", is_sample=True, source="samples", external_id="1")
    bare = factories.make_department("Cheyenne Police Department", city="Cheyenne", state="WY")
    force = factories.make_department("Connecticut State Police", kind="state_police", city="Middletown")
    post = factories.make_department("Connecticut State Police, Troop G", kind="state_police", parent=force)
    port = factories.make_department("Port Authority of Guam", kind="transit_airport_port", city="Piti", state="GU")
    draft = factories.make_department("Draft Department", status=Department.Status.DRAFT)
    _make_steps(sheriff)
    return [
        Scene("without openings", westport.get_absolute_url()),
        Scene("And more... opened", westport.get_absolute_url(), press="And more..."),
        Scene("with openings, a logo and everything else", sheriff.get_absolute_url()),
        Scene("with jobs, more specializations opened", sheriff.get_absolute_url(), press="Show 2 more"),
        Scene("with few facts", bare.get_absolute_url()),
        Scene("a headquarters", force.get_absolute_url()),
        Scene("a post", post.get_absolute_url()),
        Scene("in a territory, without a map", port.get_absolute_url()),
        Scene("a draft, for staff", admin.page(draft, "preview"), staff=True),
    ]


def _openings(westport):
    return [
        Scene("all openings", "/jobs/"),
        Scene("more filters", "/jobs/", press="More filters"),
        Scene("openings near a ZIP code", "/jobs/?near=06880"),
        Scene("openings by distance", "/jobs/?near=06880&within=any"),
        Scene("nothing within the radius", "/jobs/?near=New+York%2C+NY&within=10&q=dispatcher"),
        Scene("nothing anywhere", "/jobs/?q=qqqq"),
        Scene("an unknown place, and pay that is not a number", "/jobs/?near=Nowhere&pay=much"),
        Scene("several places with the name", "/jobs/?near=Springfield"),
    ]


def _eligible(westport):
    for job, requirements in zip(
        Job.objects.order_by("pk"),
        [
            {"minimum_age": 21, "certification": "this_state", "drivers_license": "required"},
            {"minimum_age": 18},
            {"maximum_age": 20},
        ],
        strict=False,
    ):
        factories.make_requirements(job, **requirements)
    return [
        Scene("no answers", "/jobs/eligible/"),
        Scene("sorted", "/jobs/eligible/?age=20&certification=any_state&certified_in=NY&near=06880&within=100"),
        Scene("one answer, newest first", "/jobs/eligible/?age=30"),
        Scene("invalid answers", "/jobs/eligible/?age=old&certified_in=CT&near=Nowhere"),
        Scene("several places with the name", "/jobs/eligible/?age=30&near=Springfield"),
        Scene("nothing within the radius", "/jobs/eligible/?age=30&near=Springfield%2C+IL&within=10"),
    ]


def _opening(westport):
    sheriff = _make_sheriff()
    today = sheriff.today()
    jobs = {
        "open": factories.make_job(
            sheriff,
            "Deputy Sheriff (Lateral), Patrol Division, Midnight Shift",
            kind="lateral",
            pay_min=64_500,
            pay_max=81_250,
            closes_on=today + timedelta(days=3),
            closes_time=time(16),
            description="## Duties\n\nPatrol.\n\n- By car\n- On foot",
            requirements="- At least 21 years old",
            apply_url="https://example.com/apply",
            apply_email="recruiting@example.com",
        ),
        "a sample": factories.make_job(sheriff, "Cadet", is_sample=True, source="samples", external_id="1"),
        "closed": factories.make_job(sheriff, "Dispatcher", closes_on=today - timedelta(days=1)),
    }
    _make_steps(jobs["open"])
    _make_steps(jobs["closed"], sheriff.today() - timedelta(days=9))
    beside = [factories.make_job(sheriff, f"Deputy {number}", pay_min=30, pay_period="hour") for number in range(3)]
    compared = [f"j={job.pk}" for job in (jobs["open"], *beside)]
    factories.make_requirements(jobs["open"], minimum_age=21, certification="this_state", experience_years=2)
    withdrawn = factories.make_job(sheriff, "Records Clerk", status=Job.Status.WITHDRAWN)
    filled = factories.make_job(sheriff, "Jailer")
    filled.fill()
    doubted = factories.let_confirmation_age(factories.make_job(sheriff, "Bailiff"), 50)
    sheriff.editors.add(editor := factories.make_user("editor", is_staff=True))
    links = factories.make_reminder(editor, doubted)
    planned = factories.make_job(sheriff, "Recruit", opens_on=today + timedelta(days=2))
    draft = factories.make_job(sheriff, "Analyst", status=Job.Status.DRAFT)
    return [
        *(Scene(name, job.get_absolute_url()) for name, job in jobs.items()),
        Scene("two side by side", f"/jobs/compare/?{'&'.join(compared[:2])}"),
        Scene("four side by side", f"/jobs/compare/?{'&'.join(compared)}"),
        Scene("withdrawn", withdrawn.get_absolute_url(), status=410),
        Scene("filled", filled.get_absolute_url()),
        Scene("perhaps filled", doubted.get_absolute_url()),
        Scene("a reminder's link", links["extend"]),
        Scene("planned, for staff", admin.page(planned, "preview"), staff=True),
        Scene("a draft, for staff", admin.page(draft, "preview"), staff=True),
    ]


def _alerts(westport):
    place = {"near": "Westport, CT", "latitude": 41.14, "longitude": -73.35, "miles": 25}
    fresh = factories.make_alert(confirmed=False, kind="entry_level", **place)
    running = factories.make_alert(department=westport, frequency="weekly")
    factories.make_alert(q="dispatcher", paused=True)
    confirm, manage = make_token("confirm", fresh.key), make_token("manage", fresh.subscriber.key)
    done, renew = make_token("confirm", running.key), make_token("renew", running.key)
    refused = factories.make_alert("john@example.com").subscriber
    refused.refused_at = timezone.now()
    refused.save()
    again = make_token("manage", refused.key)
    unsubscribe, ended = make_token("unsubscribe", running.key), make_token("unsubscribe", "0" * 32)
    return [
        Scene("signing up", "/alerts/new/?near=06880&kind=entry_level"),
        Scene("signing up with an unknown place", "/alerts/new/?near=Nowhere"),
        Scene("signing up with an ambiguous place", "/alerts/new/?near=Springfield"),
        Scene("to confirm", f"/alerts/confirm/{confirm}/"),
        Scene("confirmed", f"/alerts/confirm/{done}/"),
        Scene("to renew", f"/alerts/renew/{renew}/"),
        Scene("all alerts", f"/alerts/manage/{manage}/"),
        Scene("all alerts, Delete everything opened", f"/alerts/manage/{manage}/", press="Delete everything"),
        Scene("all alerts of a refused email address", f"/alerts/manage/{again}/"),
        Scene("to end", f"/alerts/unsubscribe/{unsubscribe}/"),
        Scene("ended", f"/alerts/unsubscribe/{ended}/"),
        Scene("no such link", f"/alerts/renew/{unsubscribe}/", status=404),
    ]


def _claims(westport):
    fresh, sent = factories.make_claim(westport, confirmed=False), factories.make_claim(westport, "ann@example.com")
    links = {
        name: f"/departments/claims/confirm/{claims.make_token('claim', row.key)}/"
        for name, row in (("fresh", fresh), ("sent", sent))
    }
    invitations = {
        name: factories.make_invitation(westport, f"{name}@example.com", role=role)
        for name, role in (("new", "editor"), ("known", "recruiter"), ("off", "editor"), ("withdrawn", "editor"))
    }
    factories.make_user("known", is_staff=True)
    factories.make_user("off", is_active=False)
    invitations["withdrawn"].withdraw()
    return [
        Scene("claiming a department", f"{westport.get_absolute_url()}claim/"),
        Scene("correcting a fact", f"{westport.get_absolute_url()}correct/"),
        Scene("a claim to confirm", links["fresh"]),
        Scene("a confirmed claim", links["sent"]),
        Scene("no such claim", links["sent"].replace(sent.key, "x"), status=404),
        *(
            Scene(
                f"an invitation: {name}",
                f"/admin/invitations/accept/{claims.make_token('invitation', invitation.key)}/",
                status=410 if name == "withdrawn" else 200,
            )
            for name, invitation in invitations.items()
        ),
    ]


def _trouble(westport):
    return [
        Scene("no such page", "/nothing/", status=404),
        Scene("a bad request", "/jobs/?" + "&".join(["x"] * 10_001), status=400),
        Scene("a broken page", "/broken/", status=500),
    ]


BUILDERS = {
    "home": _home,
    "directory": _directory,
    "profiles": _profiles,
    "openings": _openings,
    "eligible": _eligible,
    "an opening": _opening,
    "alerts": _alerts,
    "claims": _claims,
    "trouble": _trouble,
}
GROUPS = list(BUILDERS)


def _make_answers(westport):
    """Let a ZIP code lie in one town, and another one in a county and a city, where we can't be sure."""
    factories.add_zip_part("06880", factories.make_jurisdiction(departments=[westport]))
    factories.make_place("Fairfax", "VA", "22030", at=(38.846, -77.306), county="Fairfax County")
    for name, kind, area, share in (
        ("Fairfax County Police Department", "county_police", "county", 0.65),
        ("Fairfax City Police Department", "municipal", "independent city", 0.35),
        ("George Mason University", "campus", None, 0),
        ("Virginia State Police", "state_police", None, 0),
    ):
        values = {"city": "Fairfax", "state": "VA", "county": "Fairfax", "at": (38.85, -77.3)}
        police = factories.make_department(name, kind=kind, website="https://fairfax.gov/", **values)
        if area:
            called = "Fairfax County" if area == "county" else "Fairfax"
            place = factories.make_jurisdiction(called, "VA", area, "Fairfax County", [police])
            factories.add_zip_part("22030", place, share)


def _make_steps(owner, day=None):
    day = day or timezone.localdate() + timedelta(days=20)
    factories.make_step(owner, "application", weeks=2)
    factories.make_step(
        owner,
        "other",
        name="Entrance examination of the Commission on Peace Officer Standards and Training",
        weeks=3,
        date=day,
        time=time(9),
        place="Leonardtown Middle School, 24015 Point Lookout Road, cafeteria",
        fee=25,
        waiver="veterans",
        note="Bring a pencil and a photo identification.",
    )
    factories.make_step(owner, "academy", weeks=26, fee=0)


def _make_sheriff():
    """Create a department with every fact, with long text wherever they can appear."""
    sheriff = factories.make_department(
        "Saint Mary's County Sheriff's Office and Detention Center",
        kind="sheriff",
        city="Leonardtown",
        state="MD",
        zip="20650",
        county="Saint Mary's",
        at=(38.29, -76.63),
        chief_title="Sheriff",
        chief_name="Maria-Fernanda Wojciechowska-Featherstonehaugh",
        street1="23150 Leonard Hall Drive",
        street2="Building 3, Suite 200",
        phone="301-475-8008 ext. 12345",
        email="community.relations.office@saintmaryscountysheriff.example",
        website="https://www.saintmaryscountysheriff.example/recruiting",
        sworn_officers=145,
        sworn_year=2023,
        population=113_777,
        population_year=2022,
        about="## History\n\nSince 1637.\n\n1. First\n2. Second\n\n> Quoted\n\n`Code`, and [a link](https://example.com/).",
        mission="To serve.",
    )
    picture = BytesIO()
    Image.new("RGB", (300, 200), "navy").save(picture, "PNG")
    sheriff.logo.save(f"{uuid4().hex}.png", ContentFile(picture.getvalue()))
    sheriff.set_source(["name", "phone"], "Editor of this site", "2026-11-20", "user:alice")
    sheriff.save()
    factories.list_specializations(sheriff, "K-9 Unit", *(f"Skill Number {number}" for number in range(11)))
    factories.make_division(sheriff, "Corrections", responsibilities="- The jail\n- The court house")
    factories.make_unit(sheriff, "Emergency Services Team", description="Warrants of *high risk*.")
    return sheriff
