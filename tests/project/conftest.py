"""Fixtures for the tests of the whole site."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from departments.claims import tokens as claims
from departments.models import Department, SlugRedirect
from jobs.alerts.tokens import make_token
from jobs.models import Alert, Duplicate, Job, Message
from policeapp.models import AuditEvent

from .. import factories
from ..admin import sign_in
from ..factories import get_user, make_department, make_job, make_user

# The columns of the tables in test_access and test_access_writes.
VISITORS = ("stranger", "sue", "charlie", "clara", "rita", "bob", "alice")


@pytest.fixture
def numbers(db):
    """Create the objects in the URLs of the tables. The value is ``{name in the table: primary key or token}``."""
    own = make_department("Bobtown Police", slug="own", county="Fairfield")
    other = make_department("Elsewhere Police", slug="other")
    draft = make_department("Unseen Police", slug="draft", county="Hidden", status=Department.Status.DRAFT)
    SlugRedirect.objects.create(state="CT", slug="draft-before", department=draft)
    for make in (factories.make_charlie, factories.make_alice):
        make()
    factories.make_bob(own)
    rita = factories.make_rita(own)
    objects = {
        "own": own,
        "other": other,
        "draft": draft,
        "own job": make_job(own),
        "other job": make_job(other),
        "drafted job": make_job(own, status=Job.Status.DRAFT),
        "planned job": make_job(own, opens_on=factories.tomorrow(own)),
        "withdrawn job": make_job(own, status=Job.Status.WITHDRAWN),
        "withdrawn draft": make_job(own, status=Job.Status.DRAFT),
        "job of a draft": make_job(draft),
        "departments/place": factories.make_place(),
        "departments/jurisdiction": factories.make_jurisdiction(departments=[own]),
        "departments/specialization": factories.make_specialization(),
        "departments/slugredirect": SlugRedirect.objects.create(state="CT", slug="former", department=own),
        "departments/claim": factories.make_claim(other),
        "auth/group": Group.objects.create(name="Clerks"),
        "policeapp/import": factories.make_import(rejects=b"line", conflicts=b"line"),
        "type of alerts": ContentType.objects.get_for_model(Alert),
        "policeapp/user": make_user("sue"),
        "rita": rita,
    }
    objects["own connector"] = factories.make_connector(own)
    objects["other connector"] = factories.make_connector(other)
    objects["own key"] = factories.make_api_key(own)
    objects["other key"] = factories.make_api_key(other)
    for whose in ("own", "other"):
        pair = {"job": objects[f"{whose} job"], "other": make_job(objects[whose])}
        objects[f"{whose} duplicate"] = Duplicate.objects.create(**pair)
    objects["withdrawn draft"].withdraw()
    objects |= {
        "own correction": factories.make_correction(own),
        "other correction": factories.make_correction(other),
        "correction of a name": factories.make_correction(own, "name"),
        "correction of a job": factories.make_correction(objects["own job"], "title"),
    }
    clara = make_user("clara", is_staff=True)
    clara.user_permissions.set(Permission.objects.exclude(codename="edit_every_department"))
    alert = factories.make_alert(confirmed=False)
    objects |= {"jobs/alert": alert, "jobs/subscriber": alert.subscriber}
    objects["jobs/message"] = Message.objects.create(alert=alert, kind=Message.Kind.CONFIRM)
    someone = make_user("someone", is_active=False)
    objects["policeapp/auditevent"] = AuditEvent.objects.order_by("pk").first()
    objects["passkey"] = Authenticator.objects.create(user=someone, type="webauthn", data={"name": "x"})
    tokens = {purpose: make_token(purpose, alert.key) for purpose in ("confirm", "renew", "unsubscribe")}
    tokens["manage"] = make_token("manage", alert.subscriber.key)
    invitation = factories.make_invitation(other, "rita@example.org", get_user("alice"))
    tokens |= {"claim": claims.make_token("claim", objects["departments/claim"].key)}
    tokens |= {"invitation": claims.make_token("invitation", invitation.key)}
    links = factories.make_reminder(get_user("bob"), objects["own job"])
    tokens |= {f"reminder {answer}": path.rsplit("/", 2)[1] for answer, path in links.items()}
    return {name: instance.pk for name, instance in objects.items()} | tokens


@pytest.fixture
def visitors(numbers):
    """``{name of a visitor: their client, signed in}``."""
    clients = {name: Client() for name in VISITORS}
    for name in VISITORS[1:]:
        sign_in(clients[name], get_user(name))
    return clients


@pytest.fixture
def stored_logo():
    name = default_storage.save(f"logos/{'0' * 32}.png", ContentFile(b"picture"))
    yield
    default_storage.delete(name)
