"""An opening as a JobPosting of schema.org, the way that Google's search for jobs reads it.

It says what the opening's page shows, and nothing else. It is for the page of a single open opening that is no sample.
https://developers.google.com/search/docs/appearance/structured-data/job-posting
"""

from datetime import timedelta
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils import timezone

from departments.structured_data import identity, place
from policeapp.structured_data import known, node

from .models import Schedule
from .models.pay import PayPeriod
from .models.requirements import Education

EMPLOYMENT_TYPES = {
    Schedule.FULL_TIME: "FULL_TIME",
    Schedule.PART_TIME: "PART_TIME",
    Schedule.SEASONAL: "TEMPORARY",
}
# The unit, and how many of it a period has: Google has none of two weeks, which are two of one week and no estimate.
UNITS = {
    PayPeriod.HOUR: ("HOUR", 1),
    PayPeriod.DAY: ("DAY", 1),
    PayPeriod.WEEK: ("WEEK", 1),
    PayPeriod.TWO_WEEKS: ("WEEK", 2),
    PayPeriod.MONTH: ("MONTH", 1),
    PayPeriod.YEAR: ("YEAR", 1),
}
NOTHING_ASKED = "no requirements"
# Google's words for the least education; for college credits without a degree it has none.
CREDENTIALS = {
    Education.HIGH_SCHOOL: "high school",
    Education.ASSOCIATE: "associate degree",
    Education.BACHELOR: "bachelor degree",
    Education.MASTER: "postgraduate degree",
}


def job_posting(job, absolute):
    """The opening with all that is known of it."""
    return node(
        "JobPosting",
        title=job.title,
        description=description(job),
        datePosted=job.opens_on.isoformat(),
        validThrough=valid_through(job),
        employmentType=EMPLOYMENT_TYPES[job.schedule],
        hiringOrganization=identity(job.department, absolute),
        jobLocation=place(job.department),
        baseSalary=base_salary(job),
        identifier=identifier(job),
        totalJobOpenings=job.positions,
        url=absolute(job.get_absolute_url()),
        # One applies on the employer's own site, by e-mail or as it says.
        directApply=False,
        **required(getattr(job, "minimums", None)),
    )


def description(job):
    """What the page says of the work and of who may do it, as HTML."""
    return render_to_string("jobs/_posting.html", {"job": job}).strip()


def valid_through(job):
    """The last instant of the last day to apply, or the closing time of that day, where it is; None until filled."""
    if job.closes_at is None:
        return None
    last = job.closes_at if job.closes_time else job.closes_at - timedelta(seconds=1)
    return timezone.localtime(last, job.department.zone).isoformat()


def base_salary(job):
    """Its pay in numbers, None where nothing is said of it."""
    unit, times = UNITS[job.pay_period]
    low, high = (_number(amount, times) for amount in (job.pay_min, job.pay_max))
    if low is None and high is None:
        return None
    amounts = {"value": low} if low == high else {"minValue": low, "maxValue": high}
    return node("MonetaryAmount", currency="USD", value=node("QuantitativeValue", **amounts, unitText=unit))


def _number(amount, times):
    """A decimal, divided, as a number that JSON has, whole if it is; None of None."""
    if amount is None:
        return None
    amount = Decimal(amount) / times
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def identifier(job):
    """Its number in the list that it came from."""
    if not job.external_id:
        return None
    return node("PropertyValue", name=job.source or job.department.name, value=job.external_id)


def required(minimums):
    """``{property: value}`` of what the opening's ``Minimums``, or None, ask of education and experience."""
    if minimums is None:
        return {}
    return known(
        educationRequirements=education_required(minimums.education),
        experienceRequirements=experience_required(minimums.experience_years),
    )


def education_required(least):
    """The least ``Education`` in Google's words; None where it isn't stated, or where they have no word for it."""
    if least == Education.NONE:
        return NOTHING_ASKED
    credential = CREDENTIALS.get(least)
    return credential and node("EducationalOccupationalCredential", credentialCategory=credential)


def experience_required(years):
    """The least years, which Google counts in months; None where they aren't stated."""
    if years == 0:
        return NOTHING_ASKED
    return years and node("OccupationalExperienceRequirements", monthsOfExperience=12 * years)
