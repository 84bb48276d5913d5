"""What the tests of the site as a whole share."""

import pytest
from django.db import transaction
from django.test import Client

from ..postgres import private_server
from . import whole_site
from .processes import PRODUCTION, python


@pytest.fixture
def public_pages(db):
    """Every public page in every state, as a list of ``whole_site.Page``, on a site that has them all."""
    return whole_site.build()


@pytest.fixture(scope="session")
def answers(django_db_setup, django_db_blocker):
    """What a stranger gets: ``[(page, response)]`` for every public page in every state. The database is left empty."""
    client = Client()
    with django_db_blocker.unblock(), transaction.atomic():
        found = [(page, client.get(page.url)) for page in whole_site.EMPTY_SITE]
        found += [(page, client.get(page.url)) for page in whole_site.build()]
        transaction.set_rollback(True)
    return found


@pytest.fixture(scope="session")
def postgresql():
    """The URL of a PostgreSQL server with a migrated database, whatever the other tests run on."""
    with private_server() as url:
        done = python("manage.py", "migrate", "--verbosity=0", env=PRODUCTION | {"DATABASE_URL": url})
        assert done.returncode == 0, done.stderr
        yield url
