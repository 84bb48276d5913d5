"""An opening as a schema.org JobPosting for Google's job search.

It contains only facts that the opening's page shows. Pages of samples, and of openings that aren't open, have none.
https://developers.google.com/search/docs/appearance/structured-data/job-posting
"""

from datetime import timedelta
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils import timezone

from departments.structured_data import identity, place
from policeapp.web.routes import absolute_url
from policeapp.web.structured_data import known, node

from .models import Schedule
from .models.pay import PayPeriod
from .models.requirements import Education

EMPLOYMENT_TYPES = {
    Schedule.FULL_TIME: "FULL_TIME",
    Schedule.PART_TIME: "PART_TIME",
    Schedule.SEASONAL: "TEMPORARY",
}
# Google's unit of a period, and the number of units in it. Google has no unit of two weeks.
UNITS = {
    PayPeriod.HOUR: ("HOUR", 1),
    PayPeriod.DAY: ("DAY", 1),
    PayPeriod.WEEK: ("WEEK", 1),
    PayPeriod.TWO_WEEKS: ("WEEK", 2),
    PayPeriod.MONTH: ("MONTH", 1),
    PayPeriod.YEAR: ("YEAR", 1),
}
NO_REQUIREMENTS = "no requirements"
# Google's terms for education. It has none for college credits without a degree.
CREDENTIALS = {
    Education.HIGH_SCHOOL: "high school",
    Education.ASSOCIATE: "associate degree",
    Education.BACHELOR: "bachelor degree",
    Education.MASTER: "postgraduate degree",
}


def job_posting(job):
    """Return the opening as a JobPosting."""
    return node(
        "JobPosting",
        title=job.title,
        description=description(job),
        datePosted=job.opens_on.isoformat(),
        validThrough=valid_through(job),
        employmentType=EMPLOYMENT_TYPES[job.schedule],
        hiringOrganization=identity(job.department),
        jobLocation=place(job.department),
        baseSalary=base_salary(job),
        identifier=identifier(job),
        totalJobOpenings=job.positions,
        url=absolute_url(job.get_absolute_url()),
        # Applicants apply to the employer, not on this site.
        directApply=False,
        **requirements(getattr(job, "structured_requirements", None)),
    )


def description(job):
    """Return the description and requirements as HTML."""
    return render_to_string("jobs/_posting.html", {"job": job}).strip()


def valid_through(job):
    """Return the closing time, or the last second of the closing date, in local time; None if open until filled."""
    if job.closes_at is None:
        return None
    last = job.closes_at if job.closes_time else job.closes_at - timedelta(seconds=1)
    return timezone.localtime(last, job.department.zone).isoformat()


def base_salary(job):
    """Return the pay as a MonetaryAmount, or None if it is not stated."""
    unit, times = UNITS[job.pay_period]
    low, high = (_number(amount, times) for amount in (job.pay_min, job.pay_max))
    if low is None and high is None:
        return None
    amounts = {"value": low} if low == high else {"minValue": low, "maxValue": high}
    return node("MonetaryAmount", currency="USD", value=node("QuantitativeValue", **amounts, unitText=unit))


def _number(amount, times):
    """Return ``amount / times`` as an int if it is whole, else as a float; None stays None."""
    if amount is None:
        return None
    amount = Decimal(amount) / times
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def identifier(job):
    """Return the job number in its source, or None."""
    if not job.external_id:
        return None
    return node("PropertyValue", name=job.source or job.department.name, value=job.external_id)


def requirements(stated):
    """Return ``{property: value}`` for education and experience from a ``Requirements`` object or None."""
    if stated is None:
        return {}
    return known(
        educationRequirements=education_required(stated.education),
        experienceRequirements=experience_required(stated.experience_years),
    )


def education_required(education):
    """Return an ``Education`` in Google's terms; None if not stated, or if Google has no term for it."""
    if education == Education.NONE:
        return NO_REQUIREMENTS
    credential = CREDENTIALS.get(education)
    return credential and node("EducationalOccupationalCredential", credentialCategory=credential)


def experience_required(years):
    """Return the years of experience in months, as Google expects; None if not stated."""
    if years == 0:
        return NO_REQUIREMENTS
    return years and node("OccupationalExperienceRequirements", monthsOfExperience=12 * years)
