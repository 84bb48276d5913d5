"""Times as people type them, and local times that the clocks skip or repeat."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from hypothesis import example, given
from hypothesis import strategies as st

from departments import times
from jobs.imports import cleaning
from jobs.models import HiringStep, Job
from tests.factories import utc

DAYS = [
    "7/16/2026", "07/16/26", "2026-07-16", "2026/07/16", "07-16-2026", "16-JUL-2026", "16 July 2026", "July 16, 2026",
    "Jul. 16 2026", "Thursday, July 16, 2026", "Thu 7/16/2026", "  JULY   16,  2026 ",
]  # fmt: skip
NO_DAYS = ["2/30/2026", "2026-02-30", "31-JUN-2026", "16/7/2026", "7.16.2026", "soon", "July", "2026", "Thursday"]
DATE_FIELDS = [Job._meta.get_field("opens_on"), Job._meta.get_field("closes_on"), HiringStep._meta.get_field("date")]


@pytest.mark.parametrize("text", DAYS)
def test_forms_models_and_imports_read_dates_as_people_type_them(text):
    for field in DATE_FIELDS:
        assert field.formfield().clean(text) == field.clean(text, None) == date(2026, 7, 16)
    assert cleaning.day_and_time(text, UTC) == (date(2026, 7, 16), None)


@pytest.mark.parametrize("text", NO_DAYS)
def test_forms_models_and_imports_say_what_is_wrong_with_a_date(text):
    message = "Enter a date such as 7/16/2026, 2026-07-16 or July 16, 2026."
    for field in DATE_FIELDS:
        for clean in (field.formfield().clean, lambda text, field=field: field.clean(text, None)):
            with pytest.raises(ValidationError) as refused:
                clean(text)
            assert refused.value.messages == [message]
    with pytest.raises(ValueError) as refused:
        cleaning.day_and_time(text, UTC)
    assert str(refused.value) == message


# Text, and the time that it means. The admin's forms, the models and the importer agree.
TYPED = [
    ("5:00 PM", time(17)),
    ("5pm", time(17)),
    ("5 p.m.", time(17)),
    ("5 P. M.", time(17)),
    ("5p", time(17)),
    ("  5:00  PM ", time(17)),
    ("05:00 pm", time(17)),
    ("17:00", time(17)),
    ("17:00:00", time(17)),
    ("1700 hours", time(17)),
    ("11:59 PM", time(23, 59)),
    ("11:59:30 a.m.", time(11, 59, 30)),
    ("noon", time(12)),
    ("12 Noon", time(12)),
    ("12 PM", time(12)),
    ("9:05", time(9, 5)),
]
ENTER_A_TIME = "Enter a time such as 5:00 PM, 17:00 or noon."
WHICH_MIDNIGHT = "Midnight can be the start or the end of a day. Enter 12:00 AM for the start or 11:59 PM for the end."
REFUSED = [
    ("midnight", WHICH_MIDNIGHT),
    ("12 midnight", WHICH_MIDNIGHT),
    ("13:00 PM", ENTER_A_TIME),
    ("0 AM", ENTER_A_TIME),
    ("25:00", ENTER_A_TIME),
    ("5:99 PM", ENTER_A_TIME),
    ("2500 hours", ENTER_A_TIME),
]
# Without a date before them, these are times too, or more clearly none.
ALONE = [("1700", time(17)), ("0830", time(8, 30)), ("12:00 AM", time(0)), ("23:59:59.999999", time.max)]
NOT_ALONE = ["5", "17", "530", "24:00", "5:00 PM EST", "soon", "at noon", "\0", "pm"]

FIELDS = [Job._meta.get_field("opens_time"), Job._meta.get_field("closes_time"), HiringStep._meta.get_field("time")]


@pytest.mark.parametrize(("text", "expected"), [*TYPED, *ALONE])
@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_forms_and_models_read_times_as_people_type_them(field, text, expected):
    assert field.formfield().clean(text) == expected
    assert field.clean(text, None) == expected


@pytest.mark.parametrize(("text", "message"), [*REFUSED, *((text, ENTER_A_TIME) for text in NOT_ALONE)])
@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_forms_and_models_say_what_is_wrong_with_a_time(field, text, message):
    for clean in (field.formfield().clean, lambda text: field.clean(text, None)):
        with pytest.raises(ValidationError) as refused:
            clean(text)
        assert refused.value.messages == [message]


@pytest.mark.parametrize(("text", "expected"), TYPED)
def test_the_importer_reads_the_same_times(text, expected):
    assert cleaning.day_and_time(f"July 16, 2026 {text}", UTC) == (date(2026, 7, 16), expected)


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_the_importer_refuses_the_same_times(text, message):
    with pytest.raises(ValueError) as refused:
        cleaning.day_and_time(f"7/16/2026 {text}", UTC)
    assert str(refused.value) == message


def test_a_blank_time_is_none():
    assert [FIELDS[0].formfield().clean(text) for text in ("", " ")] == [None, None]


@given(st.text(max_size=12) | st.text(alphabet="0123456789:.apmPM ", max_size=12))
def test_any_text_is_a_time_or_an_error(text):
    try:
        assert isinstance(times.parse_time(text), time)
    except ValidationError as error:
        assert error.messages in ([ENTER_A_TIME], [WHICH_MIDNIGHT])


# Local times

SKIPPED = [
    ("America/New_York", "2027-03-14 02:30", "2:30 AM", "New York", "3:00 AM", "2027-03-14 07:00"),
    ("America/New_York", "2027-03-14 02:00", "2:00 AM", "New York", "3:00 AM", "2027-03-14 07:00"),
    ("America/Adak", "2027-03-14 02:59", "2:59 AM", "Adak", "3:00 AM", "2027-03-14 12:00"),
    ("America/Shiprock", "2027-03-14 02:30", "2:30 AM", "Shiprock", "3:00 AM", "2027-03-14 09:00"),
    ("America/Havana", "2027-03-14 00:15", "12:15 AM", "Havana", "1:00 AM", "2027-03-14 05:00"),
    ("Australia/Lord_Howe", "2026-10-04 02:10", "2:10 AM", "Lord Howe", "2:30 AM", "2026-10-03 15:30"),
]  # fmt: skip
REPEATED = [
    ("America/New_York", "2026-11-01 01:30", "1:30 AM", "New York", "2:00 AM", "2026-11-01 05:30"),
    ("America/Chicago", "2026-11-01 01:00", "1:00 AM", "Chicago", "2:00 AM", "2026-11-01 06:00"),
    ("America/Indiana/Knox", "2026-11-01 01:59", "1:59 AM", "Knox", "2:00 AM", "2026-11-01 06:59"),
    ("America/Havana", "2026-11-01 00:30", "12:30 AM", "Havana", "1:00 AM", "2026-11-01 04:30"),
]
PLAIN = [
    ("America/New_York", "2027-03-14 01:59"),
    ("America/New_York", "2027-03-14 03:00"),
    ("America/New_York", "2026-11-01 00:59"),
    ("America/New_York", "2026-11-01 02:00"),
    ("America/Phoenix", "2027-03-14 02:30"),
    ("America/Phoenix", "2026-11-01 01:30"),
    ("Pacific/Honolulu", "2027-03-14 02:30"),
    ("Pacific/Guam", "2026-11-01 01:30"),
    ("America/Puerto_Rico", "2027-03-14 02:30"),
]


def local(zone, text):
    """Return the arguments of the functions: a day, a time and a zone."""
    moment = datetime.fromisoformat(text)
    return moment.date(), moment.time(), ZoneInfo(zone)


@pytest.mark.parametrize(("zone", "text", "at", "place", "after", "instant"), SKIPPED)
def test_a_time_that_the_clocks_skip_is_an_error(zone, text, at, place, after, instant):
    with pytest.raises(ValidationError) as refused:
        times.validate_local_time(*local(zone, text))
    day = date_format(local(zone, text)[0], "F j, Y")
    message = f"{at} does not exist on {day} in {place} time, because clocks move ahead. Enter {after}."
    assert refused.value.messages == [message]
    assert times.instant(*local(zone, text)) == utc(instant)


@pytest.mark.parametrize(("zone", "text", "at", "place", "after", "instant"), REPEATED)
def test_a_time_that_the_clocks_repeat_is_an_error(zone, text, at, place, after, instant):
    with pytest.raises(ValidationError) as refused:
        times.validate_local_time(*local(zone, text))
    day = date_format(local(zone, text)[0], "F j, Y")
    message = f"{at} comes twice on {day} in {place} time, because clocks move back. Enter {after}."
    assert refused.value.messages == [message]
    day, at, zone = local(zone, text)
    assert times.instant(day, at, zone) == times.instant(day, at.replace(fold=1), zone) == utc(instant)


@pytest.mark.parametrize(("zone", "text"), PLAIN)
def test_all_other_times_are_accepted(zone, text):
    day, at, zone = local(zone, text)
    times.validate_local_time(day, at, zone)
    assert times.instant(day, at, zone) == datetime.combine(day, at, zone)


@pytest.mark.parametrize("day", [date.min, date(1999, 12, 31), date(2101, 1, 1), date.max])
def test_days_that_are_not_allowed_have_no_second_error(day):
    times.validate_local_time(day, time(2, 30), ZoneInfo("America/New_York"))


moments = st.datetimes(datetime(2027, 3, 13, 23), datetime(2027, 3, 14, 4))


@example(datetime(2027, 3, 14, 2, 30), datetime(2027, 3, 14, 3))
@given(moments | moments.map(lambda at: at.replace(year=2026, month=11, day=1)), moments)
def test_a_later_local_time_is_never_an_earlier_instant(one, other):
    zone = ZoneInfo("America/New_York")
    one, other = sorted((one, other))
    assert times.instant(one.date(), one.time(), zone) <= times.instant(other.date(), other.time(), zone)
