"""Conversion of cells to values, or to an error message."""

from datetime import date, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.imports import cleaning
from jobs.models import Job, JobKind

NEW_YORK = ZoneInfo("America/New_York")
JULY_16 = date(2026, 7, 16)


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-16T00:00:00.000",
        "16-JUL-2026",
        "16-Jul-26",
        "2026-07-16",
        "2026-07-16 00:00:00",
        "2026-07-16T00:00:00Z",
        "2026-07-16T00:00:00.000+00:00",
        "7/16/2026",
        "07/16/26",
        "7/16/2026 12:00:00 AM",
        "July 16, 2026",
        "Jul. 16 2026",
        "Thursday, July 16, 2026",
        "16 July 2026",
        "  JULY   16,  2026 ",
    ],
)
def test_dates_can_have_many_formats(text):
    assert cleaning.day_and_time(text, NEW_YORK) == (JULY_16, None)


@pytest.mark.parametrize(
    "text, at",
    [
        ("2026-07-16T17:00:00.000", time(17)),
        ("7/16/2026 5:00 PM", time(17)),
        ("July 16, 2026 at 5 p.m.", time(17)),
        ("July 16, 2026, 11:59PM", time(23, 59)),
        ("16-JUL-2026 23:59", time(23, 59)),
        ("2026-07-16T21:00:00Z", time(17)),
        ("2026-07-16T14:00:00-07:00", time(17)),
    ],
)
def test_a_time_with_an_offset_is_converted_to_the_departments_zone(text, at):
    assert cleaning.day_and_time(text, NEW_YORK) == (JULY_16, at)


@pytest.mark.parametrize(
    "text", ["", "  ", "-", "Until filled", "OPEN UNTIL FILLED", "Continuous", "N/A", "31-DEC-9999"]
)
def test_blank_dates_mean_open_until_filled(text):
    assert cleaning.day_and_time(text, NEW_YORK) == (None, None)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30", "31-JUN-2026", "13/45/2026", "16/7/2026", "46219", "soon", "July", "2026", "7/16/2026 25:00",
        "7/16/2026 5:99 PM", "0026-07-16", "16-JUL-1926",
        "2000-01-01T01:00:00+05:00", "0001-01-01T10:00:00+14:00", "2026-07-16T10:00:00+99:99",
        "July 16, 2026 July 17, 2026", "٢٠٢٦-٠٧-xx",
    ],
)  # fmt: skip
def test_an_invalid_date_is_an_error(text):
    with pytest.raises(ValueError, match="Enter a date|must be a date between 2000|has an invalid time|Enter a time"):
        cleaning.day_and_time(text, NEW_YORK)


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_an_error(text):
    try:
        day, at = cleaning.day_and_time(text, NEW_YORK)
    except ValueError as problem:
        assert str(problem).startswith(("must be a date", "has an invalid", "Enter a ", "Midnight can be"))
    else:
        assert (day is None or 2000 <= day.year <= 2100) and (at is None or day)


@pytest.mark.parametrize("text", ["12-04-15", "04-12-15", "15-12-04"])
def test_a_date_whose_order_is_unclear_is_an_error(text):
    with pytest.raises(ValueError, match="Enter a date such as 7/16/2026"):
        cleaning.day_and_time(text, NEW_YORK)


@pytest.mark.parametrize(
    "cells, expected",
    [
        (("52110", "60000.50", "Annual"), ("52110", "60000.50", "year")),
        (("$52,110.00", "$ 60,000", "per year"), ("52110", "60000", "year")),
        (("60000", "52110", "YEARLY"), ("52110", "60000", "year")),
        (("52K", "60k", "yr"), ("52000", "60000", "year")),
        (("26.0722", "33.7504", "Hourly"), ("26.07", "33.75", "hour")),
        (("482.08", "490.08", "Daily"), ("482.08", "490.08", "day")),
        (("1200", "", "Weekly"), ("1200", None, "week")),
        (("0", "2,400", "Bi-Weekly"), (None, "2400", "two_weeks")),
        (("4500", "5200", "Monthly"), ("4500", "5200", "month")),
        (("", "0.00", "Hourly"), (None, None, "hour")),
        (("", "", ""), (None, None, "year")),
        (("52110", "60000", ""), ("52110", "60000", "year")),
        (("25", "", ""), ("25", None, "hour")),
    ],
)
def test_pay_has_two_amounts_and_a_period(cells, expected):
    low, high, period = cleaning.pay(*cells)
    assert (low, high, period) == tuple(Decimal(value) if value and value[0].isdigit() else value for value in expected)


@pytest.mark.parametrize(
    "cells, words",
    [
        (("52110", "60000", "Hourly"), "is not plausible for its pay period"),
        (("26", "", "Annual"), "is not plausible for its pay period"),
        (("4500", "", ""), "whether the pay is yearly, monthly or hourly"),
        (("100", "200", "per session"), "has an unknown pay period"),
        (("DOE", "", "Annual"), "is not an amount in dollars"),
        (("-5", "", "Hourly"), "is not an amount"),
        (("NaN", "", "Annual"), "not an amount"),
        (("Infinity", "", "Annual"), "not an amount"),
        (("9" * 40, "", "Annual"), "not an amount"),
        (("52,5", "", "Hourly"), "has a comma that doesn't separate thousands"),
        (("52.110", "", "Hourly"), "is not an amount in dollars"),
    ],
)
def test_implausible_pay_is_an_error(cells, words):
    with pytest.raises(ValueError) as problem:
        cleaning.pay(*cells)
    assert words in str(problem.value)


@pytest.mark.parametrize(
    "text, title, schedule",
    [
        ("F", "Clerk", "full_time"),
        ("Full-Time", "P/T Clerk", "full_time"),
        ("P", "Clerk", "part_time"),
        ("", "P/T Computer Aide", "part_time"),
        ("", "PROJECT MANAGER (PART-TIME)", "part_time"),
        ("", "Seasonal Police Officer", "seasonal"),
        ("Seasonal", "Officer", "seasonal"),
        ("", "Police Officer", "full_time"),
    ],
)
def test_the_schedule_comes_from_the_cell_or_the_title(text, title, schedule):
    assert cleaning.schedule(text, title) == schedule


def test_an_unknown_schedule_is_an_error():
    with pytest.raises(ValueError, match="must be full time"):
        cleaning.schedule("X", "Clerk")


@pytest.mark.parametrize("text, number", [("", 1), ("3", 3), ("12.0", 12), (" 1,000 ", 1000)])
def test_positions_are_a_number(text, number):
    assert cleaning.positions(text) == number


@pytest.mark.parametrize("text", ["1,5", "12,34"])
def test_a_decimal_comma_is_not_removed(text):
    with pytest.raises(ValueError, match="comma"):
        cleaning.positions(text)


@pytest.mark.parametrize("text", ["0", "-1", "several", "10001", "1.5", "1.000", "²"])
def test_an_invalid_number_of_positions_is_an_error(text):
    with pytest.raises(ValueError, match="positions"):
        cleaning.positions(text)


TITLES = {
    JobKind.ENTRY_LEVEL: "Police Officer; POLICE OFFICER RECRUIT; Deputy Sheriff; Sheriff's Deputy I; State Trooper; "
    "Police Officer (Non-Certified); Campus Police Officer; Police Trainee",
    JobKind.LATERAL: "Lateral Police Officer; Police Officer - Certified; Deputy Sheriff (Lateral)",
    JobKind.CADET: "Police Cadet; Cadet; Sheriff's Explorer; Public Safety Cadets",
    JobKind.RESERVE: "Reserve Police Officer; Auxiliary Officer; Reserve Deputy Sheriff",
    JobKind.DISPATCHER: "Dispatcher; Police Dispatcher II; 911 Call Taker; Call-Taker; Telecommunicator; 911 Operator; "
    "Police Communications Technician; Public Safety Communications Specialist; Dispatch Supervisor",
    JobKind.CORRECTIONS: "Corrections Officer; Correctional Officer I; Detention Deputy; Jailer; Detention Officer",
    JobKind.CIVILIAN: "Accountant; Police Administrative Aide; Administrative Assistant to the Chief of Police; "
    "Records Clerk; Crime Analyst; Major Crimes Analyst; Agency Attorney, Level II; Crossing Guard; HR Assistant; "
    "Radio Repair Mechanic; Stock Worker, Level I",
    JobKind.COMMAND: "Lieutenant; Police Captain; Chief of Police; Deputy Chief; Assistant Police Chief; Sheriff; "
    "Undersheriff; Captain - Patrol; Chief Deputy",
    JobKind.OTHER: "Detective; Sergeant; Inspector; Chief of Staff for Operations; Chief – Environmental Projects; "
    "Bureau Chief; Investigator; Special Officer; Case Manager; Major Crimes Investigator",
}


@pytest.mark.parametrize(
    "kind, title", [(kind, title) for kind, texts in TITLES.items() for title in texts.split("; ")]
)
def test_the_job_type_comes_from_the_title_or_is_other(kind, title):
    assert cleaning.kind("", title) == kind
    assert cleaning.kind("", title.upper()) == kind


def test_other_texts_count_only_if_the_title_does_not_decide():
    assert cleaning.kind("", "Investigations Lead", "AGENCY ATTORNEY") == JobKind.CIVILIAN
    assert cleaning.kind("", "Police Officer", "AGENCY ATTORNEY") == JobKind.ENTRY_LEVEL


@pytest.mark.parametrize("text", ["dispatcher", "Dispatcher or call taker", "DISPATCHER"])
def test_a_stated_job_type_wins(text):
    assert cleaning.kind(text, "Chief of Police") == JobKind.DISPATCHER
    with pytest.raises(ValueError, match="must be one of these job types: entry_level"):
        cleaning.kind("Wizard", "Chief of Police")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Apply at https://jobs.example/12.", ("https://jobs.example/12", "")),
        ("Click ‘Apply’ below, or visit: www.jobs.example and search", ("https://www.jobs.example", "")),
        ("Go to http://a.example. Then go to http://a.example again.", ("http://a.example", "")),
        ("Send a resume to: Jobs@Police.example, with the title.", ("", "Jobs@Police.example")),
        ("Go to http://a.example or http://b.example.", ("", "")),
        ("Apply at www.a.example or write to b@a.example.", ("", "")),
        ("Click below. If you have questions, write to help@a.example.", ("", "")),
        ("For more information, visit us at www.a.example.", ("", "")),
        ("Please do not email jobs@a.example.", ("", "")),
        ("Ask at the desk.", ("", "")),
        ("", ("", "")),
    ],
)
def test_only_a_single_url_or_email_address_for_applying_counts(text, expected):
    assert cleaning.where_to_apply(text) == expected


def test_every_pay_period_and_job_type_can_be_stated():
    assert set(cleaning.PERIODS) == set(Job.PayPeriod)
    for kind in JobKind:
        assert cleaning.kind(kind.value, "") == kind
