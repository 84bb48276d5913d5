"""Builds a site on which each text column of each model contains hostile text.

The text would run, escape from its place or break the page if it were treated as anything but text. The columns are
read from the models, so that a new one is hostile too.
"""

import re
from urllib.parse import quote

from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import models
from django.utils import timezone

from departments.claims import tokens as claims
from departments.models import (
    Claim,
    Correction,
    Department,
    Division,
    Invitation,
    Jurisdiction,
    Place,
    Report,
    SlugRedirect,
    Specialization,
    SpecialUnit,
)
from jobs.alerts.tokens import make_token
from jobs.models import Alert, ApiKey, Connector, HiringStep, Job, Listing, Message, NotifiedOpening, Subscriber
from policeapp.history.records import change_by
from policeapp.models import AuditEvent, Change, Import, User

from .. import factories

# Each would call hit() if it ran. A search for "zq" finds all of them except the formulas.
TEXTS = {
    "script": "zq </script></style></title></textarea><script>hit(1)</script><script src=//evil.example/></script>",
    "handlers": (
        """zq "'><img src=x onerror=hit(1)><svg onload=hit(1)>"""
        """<a href="javascript:hit(1)" autofocus onfocus='hit(1)'>"""
    ),
    "links": (
        "zq [one](javascript:hit(1)) <javascript:hit(1)> [two](data:text/html,<script>hit(1)</script>) [three][3]"
        '\n\n![four](x" onerror="hit(1)) [five](//evil.example/ "x" onclick="hit(1)")\n\n[3]: vbscript:hit(1)'
    ),
    "templates": "zq {{ 7|add:35 }}{% load static %}{{ settings.SECRET_KEY }} ${7*6} <%= hit(1) %> %(number)s {0} %s",
    "formula": "=cmd|' /C calc'!A0",
    "at formula": "@SUM(1+1)*hit(1)",
    "lines": "zq\r\nX-Injected: hit\r\n\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nATTACH:javascript:hit(1)\r\nEND:VCALENDAR",
    "folded": "zq; ATTACH=hit:1,2\\n\\;x\n\tX-INJECTED:hit(1)",
    "directions": (
        "zq \u202e\u2066gnp.exe\u2069 \u200b\u200d\u200f\ufeff\u00ad \u2028hit(1)\u2029 "
        "\ue000 \U000e0041 e\u0301\u0301\u0301"
    ),
    "controls": (
        "zq bell\x07 escape\x1b[31m backspace\x08 delete\x7f next\x85 ]]> <![CDATA[ <!-- --> <?xml hit(1)?> &#0; &#x1b;"
    ),
    "entities": (
        "zq &lt;script&gt;hit(1)&lt;/script&gt; &#60;b&#62; &amp;amp; "
        r"\u003cscript\u003ehit(1)\u003c/script\u003e"
    ),
    "enormous": "zq" + "W" * 60_000,
}
MAX_LENGTH = 20_000  # characters, for columns without a limit

# Text columns that cannot contain arbitrary text, and why; all others must be hostile.
ELSEWHERE = {
    "departments.Correction.fact": "one of the form's choices",
    "departments.Department.slug": "made from the name",
    "departments.Department.time_zone": "a time zone of the database",
    "departments.SlugRedirect.slug": "made from a name",
    "departments.ZipPart.zip": "loaded with the places; only digits",
    "departments.Place.key": "made from the name",
    "departments.Place.zip": "loaded with the places; only digits",
    "departments.Place.time_zone": "loaded with the places; a time zone of the database",
    "jobs.Alert.kind": "one of the search's choices",
    "jobs.SendRun.problem": "at most one row, on no page",
    "policeapp.User.password": "a hash",
    "policeapp.RateCount.key": "a digest",
}
QUOTABLE = re.compile(r"""[^!#-\[\]-~]""")
OURS = ("policeapp", "departments", "jobs")


def text_fields(model):
    """Yield the text columns of a model that people or files fill in, without choices and passwords.

    The history has the columns of its model, where a file is its name.
    """
    label = getattr(model, "instance_type", model)._meta.label
    for field in getattr(model, "tracked_fields", model._meta.concrete_fields):
        is_text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.FileField)
        if is_text and field.editable and not field.choices and field.name != "password":
            if f"{label}.{field.name}" not in ELSEWHERE:
                yield field


def fit(field, text):
    """Return the text in a form that the column accepts: shortened, or as part of a valid email address or URL."""
    words = "".join(text.split())
    if isinstance(field, models.EmailField):
        # A quoted local part can contain almost any character (RFC 5322, section 3.2.4). Accounts have lower case.
        return f'"{QUOTABLE.sub("", words)[:60].lower()}"@example.com'
    if isinstance(field, models.URLField):
        return f"https://evil.example/{words}"[: field.max_length]
    return text[: field.max_length or MAX_LENGTH]


def fill(model, text, **values):
    """Return ``{column: value}`` for all text columns of the model, and the given values."""
    return {field.name: fit(field, text) for field in text_fields(model)} | values


class Hostile:
    """An object of each model with one of the texts: ``department``, ``job``, and so on."""

    def __init__(self, number, text):
        self.text = text
        with change_by(kind=Change.Kind.IMPORT, label=text):
            self._create(number, text)
        self._change(text)

    def _change(self, text):
        """Let the history have a change of each kind of text."""
        for instance, names in ((self.department, ["chief_name", "about"]), (self.job, ["title", "description"])):
            type(instance).objects.filter(pk=instance.pk).update(**dict.fromkeys(names, "Before"))
            with change_by(kind=Change.Kind.COMMAND, label=text):
                instance.save()

    def _create(self, number, text):
        self.specialization = Specialization.objects.create(slug=f"hostile-{number}", **fill(Specialization, text))
        self.place = factories.make_place(
            zip=f"0688{number}" if number < 10 else "",
            zip_codes=1,
            at=(41.1 + number / 1000, -73.4),
            **fill(Place, text),
        )
        self.department = self._department(number)
        jurisdiction = {"kind": "city", "departments": [self.department]} | fill(Jurisdiction, text)
        self.jurisdiction = factories.make_jurisdiction(**jurisdiction)
        factories.add_zip_part(self.place.zip or "06880", self.jurisdiction)
        self.job = self._job(number)
        SlugRedirect.objects.create(state="CT", slug=f"former-{number}", department=self.department)
        self.user = User.objects.create(is_staff=True, **fill(User, text))
        self.user.groups.add(Group.objects.create(name=fit(Group._meta.get_field("name"), text)))
        self.department.editors.add(self.user)
        self.alerts = self._alerts()
        self.department.invitations.create(role="editor", **fill(Invitation, text))
        self.claim = self.department.claims.create(confirmed_at=timezone.now(), **fill(Claim, text))
        reported = {"department": self.department, "fact": "chief"}
        self.correction = self.department.corrections.create(**reported, **fill(Correction, text))
        self.correction.reports.create(**fill(Report, text))
        self.connector = self._connector()
        self.api_key = ApiKey(department=self.department, **fill(ApiKey, self.text))
        self.api_key.make_secret()
        self.api_key.save()
        self.upload = factories.make_import(**fill(Import, text), by=self.user)
        AuditEvent.objects.create(kind=AuditEvent.Kind.DELETED, **fill(AuditEvent, text))
        for instance in (self.department, self.job):
            LogEntry.objects.create(
                user=self.user,
                content_type=ContentType.objects.get_for_model(instance),
                action_flag=CHANGE,
                **fill(LogEntry, text, object_id=str(instance.pk)),
            )

    def _sources(self, model):
        return {name: {"source": self.text[:300], "as_of": "2024", "set_by": "import"} for name in model.FACTS}

    def _department(self, number):
        department = factories.make_department(
            slug=f"hostile-{number}",
            at=(41.1 + number / 1000, -73.4),
            population=1000 + number,
            sources=self._sources(Department),
            **fill(Department, self.text),
        )
        department.listed_specializations.create(specialization=self.specialization)
        Division.objects.create(department=department, **fill(Division, self.text))
        SpecialUnit.objects.create(department=department, **fill(SpecialUnit, self.text))
        factories.make_step(department, "other", **fill(HiringStep, self.text), date=factories.tomorrow(department))
        return department

    def _job(self, number):
        job = factories.make_job(
            self.department,
            closes_on=factories.tomorrow(self.department),
            pay_min=1000 + number,
            sources=self._sources(Job),
            **fill(Job, self.text),
        )
        factories.make_step(job, "other", **fill(HiringStep, self.text), fee=1)
        factories.make_requirements(job, minimum_age=21)
        return job

    def _alerts(self):
        """Create an alert of the department and one of a search, each with a message of each kind."""
        subscriber = Subscriber.objects.create(**fill(Subscriber, self.text))
        place = {"latitude": 41.1, "longitude": -73.4, "miles": 25}
        confirmed_at = self.job.created
        alerts = [
            Alert.objects.create(subscriber=subscriber, department=self.department, confirmed_at=confirmed_at),
            Alert.objects.create(subscriber=subscriber, confirmed_at=confirmed_at, **fill(Alert, self.text), **place),
        ]
        for alert in alerts:
            for kind in ("confirm", "digest", "renew"):
                Message.objects.create(alert=alert, kind=kind, **fill(Message, self.text))
        content = {"title": self.text, "paragraphs": [self.text], "link": "https://example.com/", "label": self.text}
        Message.objects.create(kind="account", content=content, **fill(Message, self.text))
        digest = alerts[1].messages.get(kind="digest")
        period = {"job": self.job, "open_since": self.job.open_since}
        NotifiedOpening.objects.create(subscriber=subscriber, message=digest, **period)
        return alerts

    def _connector(self):
        """Create a connector that has listed the opening and was tried, and has a problem."""
        jobs = serializers.serialize("json", [self.job])
        trial = {"problem": self.text, "number": 1, "jobs": jobs, "rejections": [["title", self.text, 1, 1]]}
        state = {"problem": self.text, "tried_at": self.job.created, "trial": trial}
        connector = Connector.objects.create(format="job_feed", **fill(Connector, self.text), **state)
        values = fill(Listing, self.text) | {"listed_on": self.job.created.date()}
        connector.listings.create(job=self.job, **values)
        return connector

    def pages(self):
        """Return the URLs of the department and the opening."""
        return [self.department.get_absolute_url(), self.job.get_absolute_url()]

    def more_pages(self):
        """Return the URLs of all other public pages about them."""
        department, alert = self.department.get_absolute_url(), self.alerts[1]
        return [
            f"/departments/ct/county/{self.department.county_slug}/" if self.department.county_slug else department,
            f"/departments/compare/?d=ct/{self.department.slug}&q=zq",
            f"/jobs/compare/?j={self.job.pk}&q=zq",
            f"{department}claim/",
            f"{department}embed/",
            f"{department}correct/",
            f"{self.job.get_absolute_url()}correct/",
            f"/departments/claims/confirm/{claims.make_token('claim', self.claim.key)}/",
            f"/alerts/new/?department={self.department.pk}",
            *(
                f"/alerts/{purpose}/{make_token(purpose, alert.key)}/"
                for purpose in ("confirm", "renew", "unsubscribe")
            ),
            f"/alerts/manage/{make_token('manage', alert.subscriber.key)}/",
        ]

    def feeds(self):
        return [f"{self.department.get_absolute_url()}feed/"]

    def calendars(self):
        return [f"{instance.get_absolute_url()}calendar/" for instance in (self.department, self.job)]


# Pages that list several departments or openings.
LISTS = [
    "/",
    "/departments/?q=zq",
    "/departments/?near=06880&within=25",
    "/departments/ct/",
    "/departments/a-to-z/z/",
    "/departments/ct/a-to-z/z/",
    "/jobs/?q=zq",
    "/jobs/?near=06880&sort=distance",
    "/jobs/eligible/?age=30&near=06880",
]


def build(names=TEXTS):
    """Build the hostile site and return ``{name of the text: Hostile}``."""
    return {name: Hostile(number, TEXTS[name]) for number, name in enumerate(names)}


def searches(text):
    """Return the URLs of pages that repeat the text of a search."""
    words = quote(text[:300])
    return [f"{page}?{name}={words}" for page in ("/departments/", "/jobs/", "/alerts/new/") for name in ("q", "near")]


def models_of_ours():
    return [model for label in OURS for model in apps.get_app_config(label).get_models()]
