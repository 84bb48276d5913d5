"""Pay periods, plausible amounts, conversion to yearly pay, and pay as text."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import reduce
from operator import or_

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _


class PayPeriod(models.TextChoices):
    HOUR = "hour", _("an hour")
    DAY = "day", _("a day")
    WEEK = "week", _("a week")
    TWO_WEEKS = "two_weeks", _("every two weeks")
    MONTH = "month", _("a month")
    YEAR = "year", _("a year")


# The federal work year is 2,080 hours: 260 days of eight hours. (5 U.S.C. 5504 computes rates with 2,087 hours; job
# boards and the Bureau of Labor Statistics use 2,080.)
PERIODS_A_YEAR = {"hour": 2080, "day": 260, "week": 52, "two_weeks": 26, "month": 12, "year": 1}

# Plausible yearly pay in dollars. Other amounts are mistakes, such as yearly pay marked as hourly, or 0 for "unknown".
PLAUSIBLE = (1_000, 1_000_000)


def pay_limits(period):
    """Return the lowest and the highest plausible pay for a period, in dollars with whole cents."""
    return [
        (Decimal(amount) / PERIODS_A_YEAR[period]).quantize(Decimal("0.01"), rounding)
        for amount, rounding in zip(PLAUSIBLE, (ROUND_CEILING, ROUND_FLOOR), strict=True)
    ]


def is_plausible_pay(amount, period):
    lowest, highest = pay_limits(period)
    return lowest <= amount <= highest


def validate_pay(amount, period):
    """Raise ``ValidationError`` unless the pay is plausible."""
    if is_plausible_pay(amount, period):
        return
    lowest, highest = _format_amounts(pay_limits(period))
    text = _t("%(pay)s is not plausible. Enter %(lowest)s to %(highest)s, change the pay period, or leave it blank.")
    pay = f"{format_dollars(amount)} {PayPeriod(period).label}"
    raise ValidationError(text % {"pay": pay, "lowest": lowest, "highest": highest})


def plausible_pay(field):
    """Return the condition that the field is None or plausible, for a constraint."""
    plausible = (Q(pay_period=period, **{f"{field}__range": pay_limits(period)}) for period in PERIODS_A_YEAR)
    return reduce(or_, plausible, Q(**{field: None}))


def format_pay(low, high, period):
    """Return a text such as "$64,500 to $81,250 a year"; "" if both amounts are None.

    ``low`` and ``high`` are dollars or None; ``period`` is the label of a :class:`PayPeriod`.
    """
    amounts = _format_amounts(amount for amount in (low, high) if amount is not None)
    if not amounts:
        return ""
    if len(amounts) == 2 and amounts[0] != amounts[1]:
        return _t("%(low)s to %(high)s %(period)s") % {"low": amounts[0], "high": amounts[1], "period": period}
    if low is None:
        return _t("up to %(amount)s %(period)s") % {"amount": amounts[0], "period": period}
    if high is None:
        return _t("from %(amount)s %(period)s") % {"amount": amounts[0], "period": period}
    return f"{amounts[0]} {period}"


def yearly_pay(amount, period):
    """Convert an amount per period to whole dollars a year of full-time work; None stays None."""
    return None if amount is None else round(amount * PERIODS_A_YEAR[period])


def format_dollars(amount):
    """Return a text such as "$25" or "$25.50"."""
    return _format_amounts([amount])[0]


def _format_amounts(amounts):
    """Format the amounts alike: all with cents if one has cents."""
    amounts = [Decimal(amount) for amount in amounts]
    has_cents = any(amount != amount.to_integral_value() for amount in amounts)
    return [f"${amount:,.2f}" if has_cents else f"${amount:,.0f}" for amount in amounts]
