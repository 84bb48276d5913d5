"""Builders of saved objects. A test gives only the values that matter; all others have plain, valid defaults."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from itertools import count
from zoneinfo import ZoneInfo

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse
from django.utils import timezone

from departments.claims.domains import proof_of
from departments.models import (
    Correction,
    Department,
    DepartmentSpecialization,
    Division,
    Invitation,
    Jurisdiction,
    Place,
    Specialization,
    SpecialUnit,
    ZipPart,
)
from departments.names import normalize
from jobs.models import Alert, ApiKey, Connector, HiringStep, Job, Message, Requirements, Subscriber
from jobs.models.life import UNLIST_AFTER
from jobs.reminders import tokens as reminder_tokens
from policeapp.models import Import, User

_number = count(1)

# The time zone of the departments in the tests. "today" is the date there, not in UTC.
ZONE = ZoneInfo("America/New_York")


def make_department(name="Westport Police Department", **values):
    """Create a published department in Westport, CT. ``at=(latitude, longitude)`` gives it an exact map location."""
    at = values.pop("at", None)
    if at:
        values |= {"latitude": at[0], "longitude": at[1], "precision": "building"}
    defaults = {"state": "CT", "city": "Westport", "status": Department.Status.PUBLISHED}
    return Department.objects.create(name=name, **(defaults | values))


def make_job(department=None, title="Police Officer", **values):
    """Create a published opening, open until filled. Without a department, create one for it.

    A filled or withdrawn one was published before.
    """
    if values.get("status") in (Job.Status.FILLED, Job.Status.WITHDRAWN):
        job = make_job(department, title, **(values | {"status": Job.Status.PUBLISHED}))
        job.status = values["status"]
        job.save()
        return job
    department = department or make_department(f"Department {next(_number)}")
    defaults = {
        "status": Job.Status.PUBLISHED,
        "description": "Patrol.",
        "apply_instructions": "Write to us.",
        "opens_on": department.today() - timedelta(days=7),
    }
    return Job.objects.create(department=department, title=title, **(defaults | values))


def let_confirmation_age(job, days):
    """Let the last confirmation of a job that is open until filled be this old."""
    confirmed_at = timezone.now() - timedelta(days=days)
    Job.objects.filter(pk=job.pk).update(confirmed_at=confirmed_at, listed_until=confirmed_at + UNLIST_AFTER)
    job.refresh_from_db()
    return job


def make_reminder(user, job):
    """Remind an editor of a job, and return the paths of the links as ``{answer: path}``."""
    Job.objects.filter(pk=job.pk).update(reminded_for=job.reminder_key)
    message = Message.objects.create(user=user, kind=Message.Kind.REMINDER)
    return {
        verb.value: reverse(f"reminder {verb}", args=[reminder_tokens.make_token(verb, message, job)])
        for verb in reminder_tokens.ANSWERS
    }


def make_place(name="Westport", state="CT", zip="", **values):
    """Create the place of a ZIP code, or, without ``zip``, a town with one ZIP code. The default is Westport, CT."""
    at = values.pop("at", (41.1434, -73.3496))
    defaults = {"county": "Fairfield County", "time_zone": "America/New_York", "zip_codes": 0 if zip else 1}
    return Place.objects.create(
        name=name, key=normalize(name), state=state, zip=zip, latitude=at[0], longitude=at[1], **(defaults | values)
    )


def make_jurisdiction(name="Westport", state="CT", kind="town", county="Fairfield County", departments=(), **values):
    """Create a municipality, a county or a place without a government, which these departments police."""
    jurisdiction = Jurisdiction.objects.create(name=name, state=state, kind=kind, county=county, **values)
    jurisdiction.departments.set(departments)
    return jurisdiction


def add_zip_part(zip_code, jurisdiction, share=1.0):
    """Let this share (0 to 1) of a ZIP code's residents live in the jurisdiction."""
    return ZipPart.objects.create(zip=zip_code, jurisdiction=jurisdiction, share=share)


def make_specialization(name="K-9 Unit"):
    specialization = Specialization(name=name)
    specialization.clean()
    specialization.save()
    return specialization


def list_specializations(department, *names):
    """List these specializations at the department, in this order."""
    for order, name in enumerate(names):
        specialization = Specialization.objects.filter(name=name).first() or make_specialization(name)
        DepartmentSpecialization.objects.create(department=department, specialization=specialization, order=order)


def make_division(department, name="Operations", **values):
    return Division.objects.create(department=department, name=name, **values)


def make_unit(department, name="Tactical Team", **values):
    return SpecialUnit.objects.create(department=department, name=name, **values)


def make_import(**values):
    """Create an upload that is previewed but not applied."""
    report = dict.fromkeys(("read", "created", "updated", "unchanged", "skipped", "rejected"), 0)
    defaults = {"kind": Import.Kind.OPENINGS, "file_name": "openings.csv", "content": b"job_id", "report": report}
    return Import.objects.create(**(defaults | values))


# The people: Alice is an administrator, Bob edits the given departments, Rita edits only their jobs, and Charlie is
# staff but edits nothing.


def make_claim(department=None, email="jane@example.com", *, confirmed=True, **values):
    """Create a claim of Jane Doe for the department, by default a new one."""
    department = department or make_department(f"Department {next(_number)}")
    values = {"name": "Jane Doe", "title": "Records manager", "proof": proof_of(department, email)} | values
    return department.claims.create(email=email, confirmed_at=timezone.now() if confirmed else None, **values)


def make_correction(target, fact="phone", value="203-341-6100", evidence="I called.", email=""):
    """Create what a visitor reports about a department or an opening."""
    department = target.department if isinstance(target, Job) else target
    return Correction.objects.report(target, department, fact, value, evidence, email)


def make_invitation(department, email="jane@example.com", invited_by=None, role="editor"):
    """Create an invitation by Alice, who is created if need be."""
    alice = invited_by or User.objects.filter(is_superuser=True).first() or make_alice()
    return Invitation.objects.invite(department, email, role, alice)


def make_user(name, password=None, **values):
    """Return an account; ``name`` is a first name in lower case, and the part of the email address before the @."""
    values = {"first_name": name.title()} | values
    return User.objects.create_user(f"{name}@example.com", password, **values)


def get_user(name):
    """Return the account that :func:`make_user` made."""
    return User.objects.get(email=f"{name}@example.com")


def set_by(name):
    """Return what the sources of facts say of an account's edits."""
    return f"user:{get_user(name).pk}"


def make_alice():
    return make_user("alice", "alice-password", is_staff=True, is_superuser=True)


def make_bob(*departments):
    bob = make_user("bob", "bob-password", is_staff=True)
    for department in departments:
        department.editors.add(bob)
    return bob


def make_rita(*departments):
    rita = make_user("rita", "rita-password", is_staff=True)
    for department in departments:
        department.recruiters.add(rita)
    return rita


def make_charlie():
    return make_user("charlie", "charlie-password", is_staff=True)


def yesterday(department=None):
    """Return yesterday's date in the time zone of the department, by default that of New York."""
    return today(department) - timedelta(days=1)


def tomorrow(department=None):
    return today(department) + timedelta(days=1)


def today(department=None):
    return department.today() if department else timezone.localdate(timezone=ZONE)


def utc(text):
    """``utc("2024-03-11 04:00")``"""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def html_of(response):
    return response.content.decode()


def text_of(response):
    """Return the visible text of a page, without markup and with single spaces."""
    html = response.content.decode()
    html = re.sub(r"<(script|style|template)\b.*?</\1>", " ", html, flags=re.DOTALL)
    html = re.sub(r"</?(a|strong|em|data|span|abbr|b|i)\b[^>]*>", "", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


class _FormParser(HTMLParser):
    """Collects in ``data`` the names and values of a page's POST form."""

    def __init__(self):
        super().__init__()
        self.inside, self.data, self.name, self.text, self.select = False, {}, None, "", None

    def handle_starttag(self, tag, attributes):
        values = {name: value if value is not None else name for name, value in attributes}
        if tag == "form":
            self.inside = values.get("method") == "post" and "logout" not in values.get("id", "")
        if not self.inside or "disabled" in values:
            return
        kind = values.get("type", "text")
        if tag == "input" and "name" in values and kind not in ("submit", "button", "file"):
            if kind not in ("checkbox", "radio") or "checked" in values:
                value = values.get("value", "on" if kind == "checkbox" else "")
                # Browsers remove line breaks, and spaces around a URL or an email address.
                value = value if kind == "hidden" else value.replace("\r", "").replace("\n", "")
                value = value.strip() if kind in ("url", "email") else value
                # The chosen objects of a list share a name. So do a choice of an ordered list and its position.
                pair = values["name"] == ACTION_CHECKBOX_NAME or kind == "text"
                if pair and values["name"] in self.data:
                    earlier = self.data[values["name"]]
                    value = [*(earlier if isinstance(earlier, list) else [earlier]), value]
                self.data[values["name"]] = value
        elif tag == "textarea":
            self.name, self.text = values["name"], ""
        elif tag == "select":
            self.select = values
            self.data |= {values["name"]: []} if "multiple" in values else {}
        elif tag == "option" and self.select and "multiple" in self.select:
            self.data[self.select["name"]] += [values["value"]] if "selected" in values else []
        elif tag == "option" and self.select and ("selected" in values or self.select["name"] not in self.data):
            self.data[self.select["name"]] = values["value"]

    def handle_data(self, data):
        self.text += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self.name:
            # Browsers ignore a line break directly after the start tag, and send CRLF for every other.
            lines = self.text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\n")
            self.data[self.name], self.name = lines.replace("\n", "\r\n"), None
        elif tag == "select":
            self.select = None
        elif tag == "form":
            self.inside = False


def form_of(response):
    """Return the data that a browser would send for the unchanged POST form: ``{name: value or list of values}``."""
    parser = _FormParser()
    parser.feed(response.content.decode())
    return parser.data


def make_step(owner, kind="written_test", **values):
    """Create a hiring step of a department or an opening, after its other steps."""
    field = "job" if isinstance(owner, Job) else "department"
    return HiringStep.objects.create(kind=kind, **{field: owner}, **values)


def make_requirements(job=None, **values):
    """Create the requirements of an opening, by default of a new one. There are none but the given ones."""
    return Requirements.objects.create(job=job or make_job(), **values)


def make_alert(email="jane@example.com", *, confirmed=True, **values):
    """Create an alert of the subscriber with this email address. Without values it matches every opening."""
    subscriber, _new = Subscriber.objects.get_or_create(email=email)
    values |= {"confirmed_at": timezone.now()} if confirmed else {}
    return Alert.objects.create(subscriber=subscriber, **values)


def make_api_key(department, name="NEOGOV"):
    """Create an API key. Its secret is in ``.secret``."""
    key = ApiKey(department=department, name=name)
    key.secret = key.make_secret()
    key.save()
    return key


def make_connector(department=None, url="https://careers.example.org/feed.xml", *, is_on=True, **values):
    """Create a connector with permission, that is on and due."""
    permission = {"permission_by": "Ann Clerk", "permission_on": "2026-11-01", "permission_how": "email"}
    values = {"format": "job_feed", "name": "Careers page", **permission, **values}
    return Connector.objects.create(department=department, url=url, is_on=is_on, **values)
