"""The models of jobs: openings, their requirements and hiring steps, and job alerts."""

from ..messages import Message, Run, Told
from ..subscribers import Alert, Subscriber
from .hiring_steps import HiringStep
from .job import Job, JobKind, Schedule, sync_from_departments, with_open_jobs
from .querysets import JobQuerySet
from .requirements import Requirements

__all__ = [
    "Alert",
    "HiringStep",
    "Job",
    "JobKind",
    "JobQuerySet",
    "Message",
    "Requirements",
    "Run",
    "Schedule",
    "Subscriber",
    "Told",
    "sync_from_departments",
    "with_open_jobs",
]
