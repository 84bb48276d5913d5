"""Groups openings by whether an applicant meets their requirements. Answers are never stored."""

from dataclasses import dataclass
from typing import NamedTuple

from ..models import Requirements
from ..models.requirements import Outcome


@dataclass(frozen=True)
class Applicant:
    """A visitor's answers; None or "" for no answer. They are never saved.

    Age and experience are in whole years. The other values are those of the choices in
    :mod:`jobs.models.requirements`. For a POST certification, ``certification`` is "any_state" and ``certified_in`` is
    the state's code.
    """

    age: int | None = None
    education: str = ""
    certification: str = ""
    certified_in: str = ""
    experience_years: int | None = None
    citizenship: str = ""
    drivers_license: str = ""

    def has_no_answers(self):
        return self == Applicant()


class JobGroups(NamedTuple):
    """Openings, each with its ``.verdicts``, in their original order.

    ``meets``: the applicant meets all stated requirements. ``fails``: the applicant fails at least one.
    ``unknown``: the opening states no requirements, or an answer is missing.
    """

    meets: list
    unknown: list
    fails: list


def group_jobs(jobs, applicant):
    """Return the jobs as :class:`JobGroups`. They must come with their requirements and departments."""
    groups = JobGroups([], [], [])
    for job in jobs:
        requirements = getattr(job, "structured_requirements", None) or Requirements()
        job.verdicts = requirements.check_applicant(applicant)
        outcomes = {verdict.outcome for verdict in job.verdicts}
        if Outcome.FAILS in outcomes:
            groups.fails.append(job)
        elif outcomes == {Outcome.MEETS}:
            groups.meets.append(job)
        else:
            groups.unknown.append(job)
    return groups
