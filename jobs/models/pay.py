"""What an opening pays: by what it is counted, how often that is in a year, and how the site says it."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _


class PayPeriod(models.TextChoices):
    HOUR = "hour", _("an hour")
    DAY = "day", _("a day")
    WEEK = "week", _("a week")
    TWO_WEEKS = "two_weeks", _("every two weeks")
    MONTH = "month", _("a month")
    YEAR = "year", _("a year")


# The federal work year is 2,080 hours, which is 260 days of eight (5 U.S.C. 5504 says 2,087 for computing rates;
# job boards and the Bureau of Labor Statistics use 2,080).
PERIODS_A_YEAR = {"hour": 2080, "day": 260, "week": 52, "two_weeks": 26, "month": 12, "year": 1}


def said_of(low, high, period):
    """ "$64,500 to $81,250 a year" of two amounts, either of which may be None, and a period's words; "" of none."""
    amounts = _dollars(amount for amount in (low, high) if amount is not None)
    if not amounts:
        return ""
    if len(amounts) == 2 and amounts[0] != amounts[1]:
        return _t("%(low)s to %(high)s %(period)s") % {"low": amounts[0], "high": amounts[1], "period": period}
    if low is None:
        return _t("up to %(amount)s %(period)s") % {"amount": amounts[0], "period": period}
    if high is None:
        return _t("from %(amount)s %(period)s") % {"amount": amounts[0], "period": period}
    return f"{amounts[0]} {period}"


def a_year(amount, period):
    """An amount by the year, as if the work were full time, in whole dollars; None of None."""
    return None if amount is None else round(amount * PERIODS_A_YEAR[period])


def dollars(amount):
    """ "$25", "$25.50"."""
    return _dollars([amount])[0]


def _dollars(amounts):
    """The amounts in words, all with cents if one has cents."""
    amounts = [Decimal(amount) for amount in amounts]
    cents = any(amount != amount.to_integral_value() for amount in amounts)
    return [f"${amount:,.2f}" if cents else f"${amount:,.0f}" for amount in amounts]
