"""The models of jobs: openings, their requirements and hiring steps, and job alerts."""

from ..alerts.models import Alert, Message, NotifiedOpening, SendRun, Subscriber
from .hiring_steps import HiringStep
from .job import Job, JobKind, Schedule, count_open_jobs, sync_from_departments, with_open_jobs
from .querysets import JobQuerySet
from .requirements import Requirements

__all__ = [
    "Alert",
    "HiringStep",
    "Job",
    "JobKind",
    "JobQuerySet",
    "Message",
    "NotifiedOpening",
    "Requirements",
    "Schedule",
    "SendRun",
    "Subscriber",
    "count_open_jobs",
    "sync_from_departments",
    "with_open_jobs",
]
