"""Password guessing: clients with too many failed sign-ins are locked out, and nobody else."""

from datetime import timedelta
from io import StringIO

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.core.management import call_command
from django.db.models import F
from django.test import Client

from jobs.models import Message
from policeapp.accounts.emails import password_link
from policeapp.accounts.lockout import FAILURES_PER_ACCOUNT, FAILURES_PER_IP
from policeapp.models import User

from ...factories import make_alice, make_bob, text_of

pytestmark = pytest.mark.django_db

MOST = settings.AXES_FAILURE_LIMIT
HERE, THERE = "203.0.113.7", "198.51.100.4"
LOGIN = "/admin/login/"
FAILED, LOCKED, SIGNED_IN = 200, 429, 302


@pytest.fixture(autouse=True)
def people(db):
    make_alice()
    make_bob()


def sign_in(name="alice", password="wrong", address=HERE, client=None, **headers):
    client = client or Client()
    typed = {"login": f"{name}@example.com", "password": password}
    return client.post(LOGIN, typed, REMOTE_ADDR=address, headers=headers)


def statuses(number, *arguments, **options):
    return [sign_in(*arguments, **options).status_code for _ in range(number)]


def let_pass(time):
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - time)


def test_after_five_failures_the_right_password_is_refused_too():
    assert statuses(MOST) == [FAILED] * (MOST - 1) + [LOCKED]
    assert sign_in(password="alice-password").status_code == LOCKED


def test_the_page_says_how_long_to_wait():
    statuses(MOST)
    answer = sign_in()
    assert answer["Retry-After"] == "1800"
    assert "Try again in 30 minutes." in text_of(answer)
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Type"].startswith("text/html")


def test_after_that_time_the_password_works_again():
    statuses(MOST)
    let_pass(settings.AXES_COOLOFF_TIME - timedelta(minutes=1))
    assert sign_in(password="alice-password").status_code == LOCKED
    let_pass(timedelta(minutes=2))
    assert sign_in(password="alice-password").status_code == SIGNED_IN


def test_trying_again_does_not_extend_the_lockout():
    statuses(MOST)
    let_pass(settings.AXES_COOLOFF_TIME - timedelta(minutes=1))
    statuses(3)
    let_pass(timedelta(minutes=2))
    assert sign_in(password="alice-password").status_code == SIGNED_IN


@pytest.mark.parametrize("name", ["x" * 256, "x" * 60_000, "a\0b", ""])
def test_an_impossible_user_name_counts_as_a_failure(name):
    assert set(statuses(MOST + 1, name)) <= {FAILED, LOCKED}


def test_other_accounts_and_clients_are_not_locked_out():
    statuses(MOST)
    assert sign_in("bob", "bob-password").status_code == SIGNED_IN, "another account, from the same address"
    assert sign_in("alice", "alice-password", THERE).status_code == SIGNED_IN, "the account, from another address"


def test_one_ip_address_cannot_try_many_accounts():
    tried = [sign_in(f"account-{number}").status_code for number in range(FAILURES_PER_IP)]
    assert tried == [FAILED] * (FAILURES_PER_IP - 1) + [LOCKED]
    assert sign_in("alice", "alice-password").status_code == LOCKED
    assert sign_in("alice", "alice-password", THERE).status_code == SIGNED_IN


def test_signing_in_with_another_account_does_not_reset_the_count():
    for number in range(FAILURES_PER_IP - 1):
        assert sign_in(f"account-{number}").status_code == FAILED
        assert sign_in("bob", "bob-password").status_code == SIGNED_IN
    assert sign_in().status_code == LOCKED


def test_signing_in_resets_the_failures_of_the_account():
    statuses(MOST - 1)
    assert sign_in(password="alice-password").status_code == SIGNED_IN
    assert statuses(MOST) == [FAILED] * (MOST - 1) + [LOCKED]


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "User-Agent", "X-Requested-With"])
def test_no_forged_header_evades_it(name):
    tried = [sign_in(**{name: value}).status_code for value in ("192.0.2.1", "192.0.2.2", "for=192.0.2.3", "4", "5")]
    assert tried == [FAILED] * 4 + [LOCKED]


def test_behind_a_trusted_proxy_the_forwarded_ip_address_counts(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    forged = {"X-Forwarded-For": f"192.0.2.1, {HERE}"}
    assert statuses(MOST, address="10.0.0.1", **forged)[-1] == LOCKED
    assert sign_in(password="alice-password", address="10.0.0.1", **{"X-Forwarded-For": THERE}).status_code == SIGNED_IN


def test_all_ip_addresses_of_an_ipv6_network_are_one_client():
    tried = [sign_in(address=f"2001:db8:0:1::{number}").status_code for number in range(MOST)]
    assert tried[-1] == LOCKED
    assert sign_in(address="2001:db8:0:2::1").status_code == FAILED


def test_clients_without_an_ip_address_are_one_client():
    assert statuses(MOST, address="")[-1] == LOCKED


def test_it_does_not_reveal_which_accounts_exist():
    def answers(name):
        pages = [sign_in(name) for _ in range(MOST + 1)]
        return [(page.status_code, text_of(page), page.headers.get("Retry-After")) for page in pages]

    assert answers("alice") == answers("nobody")


def test_it_counts_in_the_database_for_all_processes(settings):
    unreachable = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
    settings.CACHES = {"default": unreachable, "pages": unreachable}
    assert statuses(MOST)[-1] == LOCKED
    assert AccessAttempt.objects.get().failures_since_start == MOST
    assert sign_in("bob", "bob-password").status_code == SIGNED_IN


@pytest.mark.parametrize(
    "command", [["axes_reset_username", "alice@example.com"], ["axes_reset_ip", HERE], ["axes_reset"]]
)
def test_an_operator_can_end_a_lockout(command):
    statuses(MOST)
    call_command(*command, stdout=StringIO())
    assert sign_in(password="alice-password").status_code == SIGNED_IN


def test_passwords_and_successful_sign_ins_are_not_stored():
    sign_in(password="almost-right")
    sign_in("bob", "bob-password")
    stored = repr(list(AccessAttempt.objects.values()))
    assert "alice" in stored and HERE in stored
    assert "almost-right" not in stored and "bob" not in stored
    assert not AccessLog.objects.exists() and not AccessFailureLog.objects.exists()


def test_the_log_has_the_ip_address_and_no_user_name(caplog):
    statuses(MOST, "alice", "almost-right")
    log = caplog.text
    assert HERE in log and "Locking out" in log
    assert "alice" not in log and "almost-right" not in log


def test_the_admin_does_not_list_attempts():
    client = Client()
    sign_in("alice", "alice-password", client=client)
    assert client.get("/admin/axes/").status_code == 404
    assert "axes" not in client.get("/admin/").content.decode().lower()


def test_other_pages_stay_open():
    client = Client()
    statuses(MOST)
    assert client.get(LOGIN, REMOTE_ADDR=HERE).status_code == 200
    assert client.get("/", REMOTE_ADDR=HERE).status_code == 200


def test_signed_in_users_stay_signed_in():
    client = Client()
    sign_in("alice", "alice-password", client=client)
    statuses(MOST)
    assert client.get("/admin/", REMOTE_ADDR=HERE).status_code == 200


@pytest.mark.any_engine
class TestManyNetworks:
    """Somebody guesses at one account from many networks, each below its own limit."""

    def guess(self, name="alice", number=FAILURES_PER_ACCOUNT.most):
        return [sign_in(name, address=f"192.0.2.{number}").status_code for number in range(number)]

    def test_the_account_is_closed_to_new_networks_and_the_owner_is_told_once(self):
        assert set(self.guess()) == {FAILED}
        refused = sign_in(password="alice-password", address=THERE)
        assert refused.status_code == LOCKED
        assert "Too many sign-ins to this account have failed today." in text_of(refused)
        sign_in(address=THERE)
        message = Message.objects.get()
        assert message.recipient == "alice@example.com"
        assert message.content["title"] == "Many failed sign-ins to your account"

    def test_it_stays_open_to_networks_from_which_the_owner_has_signed_in(self):
        sign_in(password="alice-password", address=HERE)
        self.guess()
        assert sign_in(password="alice-password", address=HERE).status_code == SIGNED_IN
        assert sign_in(password="wrong", address=HERE).status_code == FAILED

    def test_a_known_network_is_known_for_one_account_alone(self):
        sign_in("bob", "bob-password", HERE)
        self.guess()
        assert sign_in(password="alice-password", address=HERE).status_code == LOCKED

    def test_resetting_the_password_opens_it_to_the_network_of_the_owner(self):
        self.guess()
        link = password_link(User.objects.get(email="alice@example.com")).removeprefix(settings.SITE_URL)
        client = Client(REMOTE_ADDR=THERE)
        url = client.get(link, follow=True).request["PATH_INFO"]
        client.post(url, {"password1": "correct horse battery", "password2": "correct horse battery"})
        assert sign_in(password="correct horse battery", address=THERE).status_code == SIGNED_IN
        assert sign_in(password="correct horse battery", address="198.51.100.5").status_code == LOCKED

    def test_other_accounts_stay_open(self):
        self.guess()
        assert sign_in("bob", "bob-password", THERE).status_code == SIGNED_IN

    def test_the_next_day_it_is_open_again(self, clock):
        self.guess()
        clock(days=1)
        assert sign_in(password="alice-password", address=THERE).status_code == SIGNED_IN

    def test_attempts_that_were_refused_count_nothing(self):
        sign_in(password="alice-password", address=HERE)
        for _ in range(3 * FAILURES_PER_ACCOUNT.most):
            sign_in(address=THERE)
        assert sign_in(password="alice-password", address="198.51.100.5").status_code == SIGNED_IN

    def test_it_does_not_reveal_whether_the_account_exists(self):
        pages = []
        for name in ("alice", "nobody"):
            self.guess(name)
            refused = sign_in(name, address=THERE)
            pages.append((refused.status_code, text_of(refused)))
        assert pages[0] == pages[1]
