"""The models of jobs: openings, their requirements and hiring steps, and job alerts."""

from ..messages import Message, Run, Told
from ..subscribers import Alert, Subscriber
from .hiring_steps import HiringStep
from .job import Job, JobKind, Schedule, follow, hiring, with_open_jobs
from .querysets import JobQuerySet
from .requirements import Minimums

__all__ = [
    "Alert",
    "HiringStep",
    "Job",
    "JobKind",
    "JobQuerySet",
    "Message",
    "Minimums",
    "Run",
    "Schedule",
    "Subscriber",
    "Told",
    "follow",
    "hiring",
    "with_open_jobs",
]
