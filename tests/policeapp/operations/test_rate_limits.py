"""Rate limits that are counted in the database for all processes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory
from django.utils import timezone

from policeapp.models import RateCount
from policeapp.operations.rate_limits import RateLimit, client_ip

from ...processes import PRODUCTION, python
from ...server import migrated_database

pytestmark = pytest.mark.django_db

THREE_AN_HOUR = RateLimit("knocks", 3, 3600)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)

CROWD = """
import django
django.setup()
from threading import Thread
from policeapp.operations.rate_limits import RateLimit
limit, taken = RateLimit("knocks", 7, 24 * 3600), []
threads = [Thread(target=lambda: taken.extend(limit.hit("alice") for _ in range(5))) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(taken), sum(taken))
"""


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """``clock(hours=1)`` sets the time to one hour after noon."""

    def turn(**time):
        monkeypatch.setattr(timezone, "now", lambda: NOON + timedelta(**time))

    turn()
    return turn


def takes(number, person="alice", limit=THREE_AN_HOUR):
    return [limit.hit(person) for _ in range(number)]


def test_each_person_is_allowed_as_often_as_the_limit():
    assert takes(5) == [True, True, True, False, False]
    assert takes(4, "bob") == [True, True, True, False]


def test_each_limit_has_its_own_count():
    takes(3)
    assert takes(2, limit=RateLimit("rings", 1, 3600)) == [True, False]


def test_the_count_restarts_in_the_next_window(clock):
    takes(3)
    clock(minutes=30)
    assert takes(1) == [False]
    assert THREE_AN_HOUR.wait == 1800
    clock(hours=1)
    assert takes(4) == [True, True, True, False]


def test_it_takes_two_statements_and_one_row(django_assert_num_queries):
    takes(1)
    with django_assert_num_queries(2):
        takes(1)
    count = RateCount.objects.get()
    assert (count.number, count.ends_at) == (2, NOON + timedelta(hours=1))


@pytest.mark.django_db(transaction=True)
def test_simultaneous_hits_do_not_exceed_the_limit(tmp_path):
    with migrated_database(tmp_path) as url:
        done = python("-c", CROWD, env=PRODUCTION | {"DATABASE_URL": url})
    assert (done.returncode, done.stdout) == (0, "20 7\n"), done.stderr


def test_the_database_does_not_reveal_who_was_counted():
    takes(1, "alice@example.com")
    assert "alice" not in RateCount.objects.get().key


def test_without_the_database_nothing_is_allowed():
    def away(*query):
        raise OperationalError("the connection is closed")

    with connection.execute_wrapper(away), pytest.raises(OperationalError):
        takes(1)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:0:1::7", "2001:db8:0:1:ffff::9", True),
        ("2001:db8:0:1::7", "2001:db8:0:2::7", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("", "", True),
        ("unix", "203.0.113.7", False),
    ],
)
def test_a_client_is_an_ipv4_address_or_an_ipv6_network(first, second, same):
    clients = {client_ip(RequestFactory().get("/", REMOTE_ADDR=ip)) for ip in (first, second)}
    assert (len(clients) == 1) is same
