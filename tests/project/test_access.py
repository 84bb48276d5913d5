"""Read access: a table of all URLs of the site and all kinds of visitors.

A stranger; Sue, who has an account but is not staff; Charlie, who is staff but edits nothing; Clara, who has all
permissions of Django's models but edits no department; Rita, who recruits for one department; Bob, who edits that
department; Alice, who administers everything.
"""

from urllib.parse import unquote

import pytest
from django.urls import get_resolver

from departments.models import Department
from jobs.reminders.tokens import ANSWERS
from policeapp.models import User

from .. import factories
from .conftest import VISITORS

# Other tests cover the same code.
pytestmark = [pytest.mark.any_engine, pytest.mark.unmeasured]

SEEN, MOVED, LOGIN, FORBIDDEN, GONE, METHOD = 200, 301, "to the login", 403, 404, 405
# A redirect within the site, such as the admin's for an object that does not exist.
ELSEWHERE = 302

EVERYONE = (SEEN,) * 7
NOBODY = (GONE,) * 7
STAFF = (LOGIN, LOGIN, SEEN, SEEN, SEEN, SEEN, SEEN)
EDITORS = (LOGIN, LOGIN, FORBIDDEN, SEEN, FORBIDDEN, SEEN, SEEN)
RECRUITERS = (LOGIN, LOGIN, FORBIDDEN, SEEN, SEEN, SEEN, SEEN)
# Clara's permission is for no department.
THEIRS = (LOGIN, LOGIN, FORBIDDEN, ELSEWHERE, FORBIDDEN, SEEN, SEEN)
THEIR_JOBS = (LOGIN, LOGIN, FORBIDDEN, ELSEWHERE, SEEN, SEEN, SEEN)
NOT_THEIRS = (LOGIN, LOGIN, FORBIDDEN, ELSEWHERE, FORBIDDEN, ELSEWHERE, SEEN)
NOT_THEIR_JOBS = (LOGIN, LOGIN, FORBIDDEN, ELSEWHERE, ELSEWHERE, ELSEWHERE, SEEN)
PREVIEW = (LOGIN, LOGIN, FORBIDDEN, GONE, FORBIDDEN, SEEN, SEEN)
JOB_PREVIEW = (LOGIN, LOGIN, FORBIDDEN, GONE, SEEN, SEEN, SEEN)
NOT_THEIR_PREVIEW = (LOGIN, LOGIN, FORBIDDEN, GONE, FORBIDDEN, GONE, SEEN)
NOT_THEIR_JOB_PREVIEW = (LOGIN, LOGIN, FORBIDDEN, GONE, GONE, GONE, SEEN)
PERMITTED = (LOGIN, LOGIN, FORBIDDEN, SEEN, FORBIDDEN, FORBIDDEN, SEEN)
ALICE = (LOGIN, LOGIN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, SEEN)
# Buttons: pages that can only be sent.
POSTED = (LOGIN, LOGIN, METHOD, METHOD, METHOD, METHOD, METHOD)
NOT_HERE = (LOGIN, LOGIN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN)
# Nobody but Alice deletes a department, or sees the history of what they can't edit.
ALICE_OF_THEIRS = (LOGIN, LOGIN, FORBIDDEN, ELSEWHERE, FORBIDDEN, FORBIDDEN, SEEN)
THEIR_HISTORY = (LOGIN, LOGIN, ELSEWHERE, ELSEWHERE, ELSEWHERE, SEEN, SEEN)
THEIR_JOB_HISTORY = (LOGIN, LOGIN, ELSEWHERE, ELSEWHERE, SEEN, SEEN, SEEN)
NOT_THEIR_HISTORY = (LOGIN, LOGIN, ELSEWHERE, ELSEWHERE, ELSEWHERE, ELSEWHERE, SEEN)
UNKNOWN = (LOGIN, LOGIN, FORBIDDEN, ELSEWHERE, FORBIDDEN, ELSEWHERE, ELSEWHERE)
UNKNOWN_PREVIEW = (LOGIN, LOGIN, FORBIDDEN, GONE, FORBIDDEN, GONE, GONE)
# Nobody gets the right to decide corrections but with a role at a department.
CORRECTORS = (LOGIN, LOGIN, FORBIDDEN, FORBIDDEN, SEEN, SEEN, SEEN)
THEIR_CORRECTIONS = (LOGIN, LOGIN, FORBIDDEN, FORBIDDEN, ELSEWHERE, SEEN, SEEN)
NOT_THEIR_CORRECTIONS = (LOGIN, LOGIN, FORBIDDEN, FORBIDDEN, ELSEWHERE, ELSEWHERE, SEEN)
# Django's short URL of an object, which redirects to the long one.
SHORT = (LOGIN, LOGIN, ELSEWHERE, ELSEWHERE, ELSEWHERE, ELSEWHERE, ELSEWHERE)


SIGNED_IN = (LOGIN, SEEN, SEEN, SEEN, SEEN, SEEN, SEEN)
# Sue and Clara have no password, and nobody has a second factor.
WITH_PASSWORD = (LOGIN, FORBIDDEN, SEEN, FORBIDDEN, SEEN, SEEN, SEEN)
OTHER_WAY = (LOGIN, FORBIDDEN, ELSEWHERE, FORBIDDEN, ELSEWHERE, ELSEWHERE, ELSEWHERE)
WITHOUT_FACTOR = (LOGIN, GONE, GONE, GONE, GONE, GONE, GONE)
RESET, FACTOR = "admin/account/password/reset/", "admin/account/second-factor/"


def permitted(model, *, see=PERMITTED, add=PERMITTED, delete=PERMITTED):
    """Return the rows of a model that needs its permissions. ``{app/name}`` is replaced by an object's key."""
    begin = f"admin/{model}/"
    return {
        begin: {f"/{begin}": see},
        f"{begin}add/": {f"/{begin}add/": add},
        f"{begin}<path:object_id>/history/": {f"/{begin}{{{model}}}/history/": see},
        f"{begin}<path:object_id>/delete/": {f"/{begin}{{{model}}}/delete/": delete},
        f"{begin}<path:object_id>/change/": {f"/{begin}{{{model}}}/change/": see},
        f"{begin}<path:object_id>/": {f"/{begin}{{{model}}}/": SHORT},
    }


CHOOSE = "/admin/autocomplete/"  # used by autocomplete fields

# {URL pattern: {URL: status of a GET for each of VISITORS}}
TABLE = {
    # Public pages
    "": {"/": EVERYONE},
    "departments/": {"/departments/": EVERYONE},
    "departments/suggest/": {"/departments/suggest/": EVERYONE, "/departments/suggest/?q=unseen": EVERYONE},
    "departments/compare/": {
        "/departments/compare/": EVERYONE,
        "/departments/compare/?d=ct/own&d=ct/draft&q=police": EVERYONE,
    },
    "jobs/compare/": {
        "/jobs/compare/": EVERYONE,
        "/jobs/compare/?j={own job}&j={drafted job}&j={withdrawn job}&q=officer": EVERYONE,
    },
    "departments/a-to-z/<letter:letter>/": {"/departments/a-to-z/b/": EVERYONE, "/departments/a-to-z/u/": NOBODY},
    "departments/<state:state>/a-to-z/<letter:letter>/": {
        "/departments/ct/a-to-z/b/": EVERYONE,
        "/departments/ct/a-to-z/u/": NOBODY,
    },
    "departments/<state:state>/": {"/departments/ct/": EVERYONE, "/departments/zz/": NOBODY},
    "departments/<state:state>/county/<slug:county>/": {
        "/departments/ct/county/fairfield/": EVERYONE,
        "/departments/ct/county/hidden/": NOBODY,
    },
    "departments/<state:state>/<slug:slug>/": {
        "/departments/ct/own/": EVERYONE,
        "/departments/ct/draft/": NOBODY,
        "/departments/ct/former/": (MOVED,) * 7,
        "/departments/ct/draft-before/": NOBODY,
    },
    # Claims: everyone can send one, and everyone who has its link can confirm it
    "departments/<state:state>/<slug:slug>/claim/": {
        "/departments/ct/own/claim/": EVERYONE,
        "/departments/ct/draft/claim/": NOBODY,
        "/departments/ct/former/claim/": (ELSEWHERE,) * 7,
        "/departments/ct/draft-before/claim/": NOBODY,
    },
    # Corrections: everyone can send one
    "departments/<state:state>/<slug:slug>/correct/": {
        "/departments/ct/own/correct/": EVERYONE,
        "/departments/ct/draft/correct/": NOBODY,
        "/departments/ct/former/correct/": (ELSEWHERE,) * 7,
        "/departments/ct/draft-before/correct/": NOBODY,
    },
    "jobs/<number:pk>-<slug:slug>/correct/": {
        "/jobs/{own job}-police-officer/correct/": EVERYONE,
        "/jobs/{own job}-another-title/correct/": (ELSEWHERE,) * 7,
        "/jobs/{drafted job}-police-officer/correct/": NOBODY,
        "/jobs/{planned job}-police-officer/correct/": NOBODY,
        "/jobs/{job of a draft}-police-officer/correct/": NOBODY,
        "/jobs/{withdrawn job}-police-officer/correct/": NOBODY,
    },
    "departments/claims/confirm/<str:token>/": {
        "/departments/claims/confirm/{claim}/": EVERYONE,
        "/departments/claims/confirm/{invitation}/": NOBODY,
    },
    # Feeds and calendars are the same for everyone.
    **{
        f"departments/<state:state>/<slug:slug>/{what}/": {
            f"/departments/ct/own/{what}/": EVERYONE,
            f"/departments/ct/draft/{what}/": NOBODY,
            f"/departments/ct/former/{what}/": (MOVED,) * 7,
            f"/departments/ct/draft-before/{what}/": NOBODY,
        }
        for what in ("feed", "calendar", "embed")
    },
    # Data for programs is the same for everyone, too.
    "api/": {"/api/": EVERYONE},
    "api/v1/openapi.json": {"/api/v1/openapi.json": EVERYONE},
    "api/v1/departments": {"/api/v1/departments": EVERYONE, "/api/v1/departments?near=nowhere": (400,) * 7},
    "api/v1/departments/<state:state>/<slug:slug>": {
        "/api/v1/departments/ct/own": EVERYONE,
        "/api/v1/departments/ct/draft": NOBODY,
        "/api/v1/departments/ct/former": (MOVED,) * 7,
        "/api/v1/departments/ct/draft-before": NOBODY,
    },
    "api/v1/openings": {"/api/v1/openings": EVERYONE},
    "api/v1/openings/<text:external_id>": {"/api/v1/openings/1": (METHOD,) * 7},
    "api/v1/places": {"/api/v1/places?q=06880": EVERYONE},
    "departments.csv": {"/departments.csv": EVERYONE, "/departments.csv?near=nowhere": (400,) * 7},
    "jobs.csv": {"/jobs.csv": EVERYONE, "/jobs.csv?near=nowhere": (400,) * 7},
    "data/": {"/data/": EVERYONE},
    "data/departments.zip": {"/data/departments.zip": NOBODY},
    "jobs/": {"/jobs/": EVERYONE},
    "jobs/eligible/": {"/jobs/eligible/": EVERYONE, "/jobs/eligible/?age=30": EVERYONE},
    "jobs/<number:pk>-<slug:slug>/": {
        "/jobs/{own job}-police-officer/": EVERYONE,
        "/jobs/{own job}-another-title/": (MOVED,) * 7,
        "/jobs/{drafted job}-police-officer/": NOBODY,
        "/jobs/{drafted job}-another-title/": NOBODY,
        "/jobs/{planned job}-police-officer/": NOBODY,
        "/jobs/{job of a draft}-police-officer/": NOBODY,
        "/jobs/{withdrawn job}-police-officer/": (410,) * 7,
        "/jobs/{withdrawn draft}-police-officer/": NOBODY,
    },
    "jobs/feed/": {"/jobs/feed/": EVERYONE, "/jobs/feed/?near=nowhere": (400,) * 7},
    "jobs/calendar/": {"/jobs/calendar/": EVERYONE, "/jobs/calendar/?near=nowhere": (400,) * 7},
    "jobs/<number:pk>-<slug:slug>/calendar/": {
        "/jobs/{own job}-police-officer/calendar/": EVERYONE,
        "/jobs/{own job}-another-title/calendar/": (MOVED,) * 7,
        "/jobs/{drafted job}-police-officer/calendar/": NOBODY,
        "/jobs/{planned job}-police-officer/calendar/": NOBODY,
        "/jobs/{job of a draft}-police-officer/calendar/": NOBODY,
        "/jobs/{withdrawn job}-police-officer/calendar/": (410,) * 7,
        "/jobs/{withdrawn draft}-police-officer/calendar/": NOBODY,
    },
    # Reminders and alerts: everyone who has the link can open it
    **{
        f"jobs/reminders/{answer}/<str:token>/": {
            f"/jobs/reminders/{answer}/{{reminder {answer}}}/": EVERYONE,
            f"/jobs/reminders/{answer}/{{confirm}}/": NOBODY,
        }
        for answer in ANSWERS
    },
    "alerts/new/": {"/alerts/new/": EVERYONE, "/alerts/new/?department=999999": EVERYONE},
    "alerts/confirm/<str:token>/": {"/alerts/confirm/{confirm}/": EVERYONE, "/alerts/confirm/{manage}/": NOBODY},
    "alerts/manage/<str:token>/": {"/alerts/manage/{manage}/": EVERYONE, "/alerts/manage/{unsubscribe}/": NOBODY},
    "alerts/renew/<str:token>/": {"/alerts/renew/{renew}/": EVERYONE, "/alerts/renew/{confirm}/": NOBODY},
    "alerts/unsubscribe/<str:token>/": {
        "/alerts/unsubscribe/{unsubscribe}/": EVERYONE,
        "/alerts/unsubscribe/{renew}/": NOBODY,
    },
    "media/logos/<str:name>": {f"/media/logos/{'0' * 32}.png": EVERYONE, "/media/logos/other.png": NOBODY},
    "privacy/": {"/privacy/": EVERYONE},
    "accessibility/": {"/accessibility/": EVERYONE},
    "robots.txt": {"/robots.txt": EVERYONE},
    ".well-known/security.txt": {"/.well-known/security.txt": NOBODY},
    "favicon.ico": {"/favicon.ico": (ELSEWHERE,) * 7},
    "apple-touch-icon.png": {"/apple-touch-icon.png": (ELSEWHERE,) * 7},
    "sitemap.xml": {"/sitemap.xml": EVERYONE},
    "sitemap-<slug:name>.xml": {"/sitemap-ct.xml": EVERYONE, "/sitemap-zz.xml": NOBODY},
    "healthz": {"/healthz": EVERYONE},
    "readyz": {"/readyz": EVERYONE},
    "metrics": {"/metrics": NOBODY},
    # The admin
    "admin/": {"/admin/": STAFF},
    "admin/login/": {"/admin/login/": (SEEN, SEEN, ELSEWHERE, ELSEWHERE, ELSEWHERE, ELSEWHERE, ELSEWHERE)},
    "admin/logout/": {"/admin/logout/": (METHOD,) * 7},
    # One's own account
    "admin/password_change/": {"/admin/password_change/": (LOGIN, ELSEWHERE, SEEN, ELSEWHERE, SEEN, SEEN, SEEN)},
    "admin/account/reauthenticate/": {"/admin/account/reauthenticate/": WITH_PASSWORD},
    f"{RESET}": {f"/{RESET}": EVERYONE},
    f"{RESET}sent/": {f"/{RESET}sent/": EVERYONE},
    f"{RESET}done/": {f"/{RESET}done/": (ELSEWHERE,) * 7},
    "admin/^account/password/reset/(?P<uidb36>[0-9a-z]{1,13})-(?P<key>[0-9a-z-]{1,80})/$": {
        f"/{RESET}1-abc-def/": EVERYONE,
    },
    "admin/account/password/set/": {"/admin/account/password/set/": (ELSEWHERE,) * 7},
    "admin/account/sessions/": {"/admin/account/sessions/": SIGNED_IN},
    FACTOR: {f"/{FACTOR}": SIGNED_IN},
    # Only between the password and the code.
    f"{FACTOR}authenticate/": {f"/{FACTOR}authenticate/": (ELSEWHERE,) * 7},
    f"{FACTOR}reauthenticate/": {f"/{FACTOR}reauthenticate/": OTHER_WAY},
    f"{FACTOR}totp/activate/": {f"/{FACTOR}totp/activate/": SIGNED_IN},
    f"{FACTOR}totp/deactivate/": {f"/{FACTOR}totp/deactivate/": WITHOUT_FACTOR},
    f"{FACTOR}recovery-codes/": {f"/{FACTOR}recovery-codes/": WITHOUT_FACTOR},
    f"{FACTOR}recovery-codes/generate/": {f"/{FACTOR}recovery-codes/generate/": SIGNED_IN},
    f"{FACTOR}recovery-codes/download/": {f"/{FACTOR}recovery-codes/download/": WITHOUT_FACTOR},
    f"{FACTOR}webauthn/": {f"/{FACTOR}webauthn/": SIGNED_IN},
    f"{FACTOR}webauthn/add/": {f"/{FACTOR}webauthn/add/": SIGNED_IN},
    f"{FACTOR}webauthn/login/": {f"/{FACTOR}webauthn/login/": (ELSEWHERE,) * 7},
    f"{FACTOR}webauthn/reauthenticate/": {f"/{FACTOR}webauthn/reauthenticate/": OTHER_WAY},
    # The passkey in the table is one of somebody else.
    f"{FACTOR}webauthn/keys/<int:pk>/edit/": {f"/{FACTOR}webauthn/keys/{{passkey}}/edit/": WITHOUT_FACTOR},
    f"{FACTOR}webauthn/keys/<int:pk>/remove/": {f"/{FACTOR}webauthn/keys/{{passkey}}/remove/": WITHOUT_FACTOR},
    # The admin's other pages
    "admin/help/": {"/admin/help/": STAFF},
    "admin/texts/preview/": {"/admin/texts/preview/": (METHOD,) * 7},
    "admin/texts/paste/": {"/admin/texts/paste/": (METHOD,) * 7},
    # Everyone who has the link of an invitation can open it
    "admin/invitations/accept/<str:token>/": {
        "/admin/invitations/accept/{invitation}/": EVERYONE,
        "/admin/invitations/accept/{claim}/": NOBODY,
    },
    "admin/jsi18n/": {"/admin/jsi18n/": STAFF},
    "admin/autocomplete/": {
        f"{CHOOSE}?app_label=jobs&model_name=job&field_name=department": EDITORS,
        f"{CHOOSE}?app_label=departments&model_name=departmentspecialization&field_name=specialization": EDITORS,
        f"{CHOOSE}?app_label=departments&model_name=department&field_name=editors": PERMITTED,
        f"{CHOOSE}?app_label=departments&model_name=department&field_name=recruiters": PERMITTED,
        f"{CHOOSE}?app_label=departments&model_name=jurisdiction&field_name=departments": EDITORS,
        CHOOSE: NOT_HERE,
    },
    "admin/^(?P<app_label>policeapp|auth|jobs|departments)/$": {
        "/admin/departments/": (LOGIN, LOGIN, GONE, SEEN, SEEN, SEEN, SEEN),
        "/admin/jobs/": (LOGIN, LOGIN, GONE, SEEN, SEEN, SEEN, SEEN),
        "/admin/policeapp/": (LOGIN, LOGIN, GONE, SEEN, GONE, GONE, SEEN),
        "/admin/auth/": (LOGIN, LOGIN, GONE, SEEN, GONE, GONE, SEEN),
    },
    "admin/(?P<url>.*)$": {
        "/admin/nothing/": (LOGIN, LOGIN, GONE, GONE, GONE, GONE, GONE),
        # Django's redirect to any object of any model would show editors what is private.
        "/admin/r/{type of alerts}/{jobs/alert}/": (LOGIN, LOGIN, GONE, GONE, GONE, GONE, GONE),
    },
    # Departments: their editors change their own
    "admin/departments/department/": {"/admin/departments/department/": EDITORS},
    "admin/departments/department/add/": {"/admin/departments/department/add/": ALICE},
    "admin/departments/department/<path:object_id>/history/": {
        "/admin/departments/department/{own}/history/": THEIR_HISTORY,
        "/admin/departments/department/{other}/history/": NOT_THEIR_HISTORY,
    },
    "admin/departments/department/<path:object_id>/delete/": {
        "/admin/departments/department/{own}/delete/": ALICE_OF_THEIRS,
        "/admin/departments/department/{other}/delete/": ALICE_OF_THEIRS,
    },
    "admin/departments/department/<path:object_id>/change/": {
        "/admin/departments/department/{own}/change/": THEIRS,
        "/admin/departments/department/{other}/change/": NOT_THEIRS,
        "/admin/departments/department/{draft}/change/": NOT_THEIRS,
        "/admin/departments/department/999999/change/": UNKNOWN,
    },
    "admin/departments/department/<path:object_id>/preview/": {
        "/admin/departments/department/{own}/preview/": PREVIEW,
        "/admin/departments/department/{draft}/preview/": NOT_THEIR_PREVIEW,
        "/admin/departments/department/999999/preview/": UNKNOWN_PREVIEW,
    },
    "admin/departments/department/<path:object_id>/team/": {
        "/admin/departments/department/{own}/team/": PREVIEW,
        "/admin/departments/department/{other}/team/": NOT_THEIR_PREVIEW,
        "/admin/departments/department/999999/team/": UNKNOWN_PREVIEW,
    },
    "admin/departments/department/<path:object_id>/checked/": {
        "/admin/departments/department/{own}/checked/": (LOGIN, LOGIN, *(METHOD,) * 5),
    },
    "admin/departments/department/deleted/": {"/admin/departments/department/deleted/": ALICE},
    "admin/departments/department/deleted/<int:row>/": {"/admin/departments/department/deleted/1/": POSTED},
    "admin/departments/department/<path:object_id>/history/restore/": {
        "/admin/departments/department/{own}/history/restore/": POSTED
    },
    "admin/departments/department/outreach.csv": {"/admin/departments/department/outreach.csv": ALICE},
    "admin/departments/department/<path:object_id>/": {"/admin/departments/department/{own}/": SHORT},
    # Openings: editors and recruiters add, change and delete those of their own
    "admin/jobs/connector/": {"/admin/jobs/connector/": EDITORS},
    "admin/jobs/connector/add/": {"/admin/jobs/connector/add/": EDITORS},
    **{
        f"admin/jobs/connector/<path:object_id>/{what}/": {
            f"/admin/jobs/connector/{{own connector}}/{what}/": mine,
            f"/admin/jobs/connector/{{other connector}}/{what}/": others,
        }
        for what, mine, others in (
            ("history", THEIR_HISTORY, NOT_THEIR_HISTORY),
            ("delete", THEIRS, NOT_THEIRS),
            ("change", THEIRS, NOT_THEIRS),
        )
    },
    "admin/jobs/connector/<path:object_id>/": {"/admin/jobs/connector/{own connector}/": SHORT},
    "admin/jobs/apikey/": {"/admin/jobs/apikey/": EDITORS},
    "admin/jobs/apikey/add/": {"/admin/jobs/apikey/add/": EDITORS},
    **{
        f"admin/jobs/apikey/<path:object_id>/{what}/": {
            f"/admin/jobs/apikey/{{own key}}/{what}/": mine,
            f"/admin/jobs/apikey/{{other key}}/{what}/": others,
        }
        for what, mine, others in (
            ("history", THEIR_HISTORY, NOT_THEIR_HISTORY),
            ("delete", THEIRS, NOT_THEIRS),
            ("change", THEIRS, NOT_THEIRS),
        )
    },
    "admin/jobs/apikey/<path:object_id>/": {"/admin/jobs/apikey/{own key}/": SHORT},
    "admin/jobs/job/duplicates/<int:pk>/": {
        "/admin/jobs/job/duplicates/{own duplicate}/": JOB_PREVIEW,
        "/admin/jobs/job/duplicates/{other duplicate}/": NOT_THEIR_JOB_PREVIEW,
    },
    "admin/jobs/job/": {"/admin/jobs/job/": RECRUITERS},
    "admin/jobs/job/add/": {"/admin/jobs/job/add/": RECRUITERS},
    "admin/jobs/job/zone/": {
        "/admin/jobs/job/zone/?department={own}": (LOGIN, LOGIN, GONE, GONE, SEEN, SEEN, SEEN),
        "/admin/jobs/job/zone/": (LOGIN, LOGIN, GONE, GONE, GONE, GONE, GONE),
    },
    "admin/jobs/job/<path:object_id>/history/": {
        "/admin/jobs/job/{own job}/history/": THEIR_JOB_HISTORY,
        "/admin/jobs/job/{other job}/history/": NOT_THEIR_HISTORY,
    },
    "admin/jobs/job/<path:object_id>/delete/": {
        "/admin/jobs/job/{own job}/delete/": THEIR_JOBS,
        "/admin/jobs/job/{other job}/delete/": NOT_THEIR_JOBS,
    },
    "admin/jobs/job/<path:object_id>/change/": {
        "/admin/jobs/job/{own job}/change/": THEIR_JOBS,
        "/admin/jobs/job/{other job}/change/": NOT_THEIR_JOBS,
    },
    "admin/jobs/job/<path:object_id>/preview/": {
        "/admin/jobs/job/{own job}/preview/": JOB_PREVIEW,
        "/admin/jobs/job/{drafted job}/preview/": JOB_PREVIEW,
        "/admin/jobs/job/{withdrawn draft}/preview/": JOB_PREVIEW,
        "/admin/jobs/job/{planned job}/preview/": JOB_PREVIEW,
        "/admin/jobs/job/{job of a draft}/preview/": NOT_THEIR_JOB_PREVIEW,
        "/admin/jobs/job/{other job}/preview/": NOT_THEIR_JOB_PREVIEW,
    },
    "admin/jobs/job/deleted/": {"/admin/jobs/job/deleted/": RECRUITERS},
    "admin/jobs/job/deleted/<int:row>/": {"/admin/jobs/job/deleted/1/": POSTED},
    "admin/jobs/job/<path:object_id>/history/restore/": {"/admin/jobs/job/{own job}/history/restore/": POSTED},
    "admin/jobs/job/<path:object_id>/": {"/admin/jobs/job/{own job}/": SHORT},
    # Specializations: editors look them up
    "admin/departments/specialization/": {"/admin/departments/specialization/": EDITORS},
    "admin/departments/specialization/add/": {"/admin/departments/specialization/add/": PERMITTED},
    "admin/departments/specialization/<path:object_id>/history/": {
        "/admin/departments/specialization/{departments/specialization}/history/": EDITORS
    },
    "admin/departments/specialization/<path:object_id>/delete/": {
        "/admin/departments/specialization/{departments/specialization}/delete/": PERMITTED
    },
    "admin/departments/specialization/<path:object_id>/change/": {
        "/admin/departments/specialization/{departments/specialization}/change/": EDITORS
    },
    "admin/departments/specialization/<path:object_id>/": {
        "/admin/departments/specialization/{departments/specialization}/": SHORT
    },
    # The rest is for administrators. Places and slug redirects are created by the code.
    **permitted("departments/place", add=NOT_HERE, delete=NOT_HERE),
    **permitted("departments/slugredirect", add=NOT_HERE),
    # Claims are decided by administrators
    **permitted("departments/claim", see=ALICE, add=NOT_HERE, delete=ALICE),
    **{
        f"admin/departments/claim/<int:pk>/{what}/": {
            f"/admin/departments/claim/{{departments/claim}}/{what}/": (LOGIN, LOGIN, *(METHOD,) * 5)
        }
        for what in ("approve", "decline")
    },
    # Corrections: editors decide those of their departments, and recruiters those of their jobs
    "admin/departments/correction/": {"/admin/departments/correction/": CORRECTORS},
    "admin/departments/correction/add/": {"/admin/departments/correction/add/": NOT_HERE},
    "admin/departments/correction/<path:object_id>/history/": {
        "/admin/departments/correction/{own correction}/history/": THEIR_HISTORY,
    },
    "admin/departments/correction/<path:object_id>/delete/": {
        "/admin/departments/correction/{own correction}/delete/": THEIR_CORRECTIONS,
    },
    "admin/departments/correction/<path:object_id>/change/": {
        "/admin/departments/correction/{own correction}/change/": THEIR_CORRECTIONS,
        "/admin/departments/correction/{correction of a job}/change/": CORRECTORS,
        "/admin/departments/correction/{other correction}/change/": NOT_THEIR_CORRECTIONS,
        "/admin/departments/correction/{correction of a name}/change/": NOT_THEIR_CORRECTIONS,
        "/admin/departments/correction/999999/change/": (LOGIN, LOGIN, FORBIDDEN, FORBIDDEN, *(ELSEWHERE,) * 3),
    },
    "admin/departments/correction/<path:object_id>/": {"/admin/departments/correction/{own correction}/": SHORT},
    # Who polices a municipality or a county
    **permitted("departments/jurisdiction", see=ALICE, add=NOT_HERE, delete=NOT_HERE),
    **permitted("auth/group", add=ALICE, delete=ALICE),
    **permitted("policeapp/user"),
    **permitted("policeapp/auditevent", add=NOT_HERE, delete=NOT_HERE),
    # Uploads can be added, applied and deleted, but not changed.
    **permitted("policeapp/import"),
    "admin/policeapp/import/<int:pk>/apply/": {
        "/admin/policeapp/import/{policeapp/import}/apply/": (LOGIN, LOGIN, METHOD, METHOD, METHOD, METHOD, METHOD)
    },
    "admin/policeapp/import/<int:pk>/undo/": {"/admin/policeapp/import/{policeapp/import}/undo/": POSTED},
    "admin/policeapp/import/<int:pk>/rejects.csv": {
        "/admin/policeapp/import/{policeapp/import}/rejects.csv": PERMITTED,
        "/admin/policeapp/import/999999/rejects.csv": (LOGIN, LOGIN, FORBIDDEN, GONE, FORBIDDEN, FORBIDDEN, GONE),
    },
    "admin/policeapp/import/<int:pk>/conflicts.csv": {
        "/admin/policeapp/import/{policeapp/import}/conflicts.csv": PERMITTED
    },
    # Subscribers, alerts and messages can be seen and deleted.
    **permitted("jobs/subscriber", see=ALICE, add=NOT_HERE, delete=ALICE),
    **permitted("jobs/alert", see=ALICE, add=NOT_HERE, delete=ALICE),
    **permitted("jobs/message", see=ALICE, add=NOT_HERE, delete=ALICE),
    "admin/policeapp/user/<id>/password/": {"/admin/policeapp/user/{policeapp/user}/password/": PERMITTED},
}

ROWS = [(url, statuses) for urls in TABLE.values() for url, statuses in urls.items()]


def patterns(entries=None, before=""):
    """Yield every pattern of the URLconf, including those of the admin."""
    for entry in get_resolver().url_patterns if entries is None else entries:
        if hasattr(entry, "url_patterns"):
            yield from patterns(entry.url_patterns, before + str(entry.pattern))
        else:
            yield before + str(entry.pattern)


def outcome(response):
    response.getvalue()  # closes the file of a logo
    location = unquote(response.get("Location", ""))
    to_login = response.status_code == 302 and location.startswith("/admin/login/?next=/admin/")
    return LOGIN if to_login else response.status_code


def test_every_url_is_in_the_table():
    # The page to sign in takes the place of the admin's, which stays behind it.
    assert set(patterns()) == TABLE.keys()


def test_each_visitor_gets_the_status_in_the_table(visitors, numbers, stored_logo):
    expected = {url: dict(zip(VISITORS, statuses, strict=True)) for url, statuses in ROWS}
    found = {
        url: {name: outcome(client.get(url.format(**numbers))) for name, client in visitors.items()} for url in expected
    }
    assert {url: statuses for url, statuses in found.items() if statuses != expected[url]} == {}


def test_an_editor_finds_only_their_own_departments_to_choose_from(visitors):
    found = visitors["bob"].get(f"{CHOOSE}?app_label=jobs&model_name=job&field_name=department").json()
    assert [result["text"] for result in found["results"]] == ["Bobtown Police, Westport, CT"]


def test_no_cache_stores_a_page_of_the_admin(visitors, numbers):
    urls = [url.format(**numbers) for url, _statuses in ROWS if url.startswith("/admin/")]
    found = {url: visitors["alice"].get(url) for url in (*urls, f"/admin/help/?{'x' * 3000}")}
    rules = {url: response.get("Cache-Control", "") for url, response in found.items() if response.status_code < 400}
    assert len(rules) > 50
    assert {url: rule for url, rule in rules.items() if not {"private", "no-store"} <= set(rule.split(", "))} == {}


@pytest.mark.parametrize("url", ["/admin/departments/department/", "/admin/jobs/job/", "/admin/"])
def test_lists_show_editors_only_their_own_rows(visitors, url):
    page = factories.text_of(visitors["bob"].get(url))
    assert "Elsewhere Police" not in page and "Unseen Police" not in page
    assert url == "/admin/" or "Bobtown Police" in page


def test_an_inactive_account_sees_what_strangers_see(visitors, numbers):
    User.objects.update(is_active=False)
    for name in ("sue", "charlie", "rita", "bob", "alice"):
        assert outcome(visitors[name].get("/admin/")) == LOGIN
        assert visitors[name].get("/departments/ct/draft/").status_code == GONE


def test_a_former_editor_cannot_see_the_department(visitors, numbers):
    Department.objects.get(pk=numbers["own"]).editors.clear()
    url = f"/admin/departments/department/{numbers['own']}/change/"
    assert outcome(visitors["bob"].get(url)) == FORBIDDEN
