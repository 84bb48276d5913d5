"""Plausible pay: one rule for the admin, the model, the database and imports."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from jobs.imports import cleaning
from jobs.models import Job
from jobs.models.pay import PERIODS_A_YEAR, pay_limits
from tests.factories import make_department, make_job

pytestmark = pytest.mark.django_db

CENT = Decimal("0.01")
EDGES = [(period, *pay_limits(period)) for period in PERIODS_A_YEAR]
PLAUSIBLE = [("hour", 25), ("hour", 480), ("day", 200), ("week", 950), ("two_weeks", 2_100), ("month", 4_500)]
PLAUSIBLE += [("year", 52_110), *((period, amount) for period, *edges in EDGES for amount in edges)]
IMPLAUSIBLE = [("hour", 52_110), ("hour", 2_100), ("day", 52_110), ("week", 52_110), ("month", 100_000), ("year", 25)]
IMPLAUSIBLE += [("year", -1), *((period, low - CENT) for period, low, _high in EDGES)]
IMPLAUSIBLE += [(period, high + CENT) for period, _low, high in EDGES]


def job_with(field, amount, period):
    texts = {"title": "Officer", "description": "Patrol.", "apply_instructions": "Write to us."}
    return Job(department=make_department(), pay_period=period, **texts, **{field: amount})


@pytest.mark.parametrize(("period", "amount"), PLAUSIBLE)
def test_plausible_pay_is_accepted_everywhere(period, amount):
    for field in ("pay_min", "pay_max"):
        job_with(field, amount, period).full_clean(exclude=["opens_at", "slug"])
        make_job(pay_period=period, **{field: amount})
    assert cleaning.pay(str(amount), "", period) == (amount, None, period)


@pytest.mark.parametrize(("period", "amount"), IMPLAUSIBLE)
def test_implausible_pay_is_refused_everywhere(period, amount):
    for field in ("pay_min", "pay_max"):
        with pytest.raises(ValidationError) as refused:
            job_with(field, amount, period).full_clean(exclude=["opens_at", "slug"])
        assert list(refused.value.message_dict) == [field]
        with pytest.raises(IntegrityError), transaction.atomic():
            make_job(pay_period=period, **{field: amount})
    with pytest.raises(ValueError, match="is not plausible for its pay period|is not an amount in dollars"):
        cleaning.pay(str(amount), "", period)


def test_no_pay_means_blank_in_the_admin_and_blank_or_0_in_an_import():
    with pytest.raises(ValidationError, match=r"\$0 a year is not plausible.*or leave it blank"):
        job_with("pay_min", 0, "year").full_clean()
    assert cleaning.pay("0", "", "year") == cleaning.pay("", "", "year") == (None, None, "year")
