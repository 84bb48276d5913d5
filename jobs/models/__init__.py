"""The models of jobs: openings, their requirements and hiring steps, and job alerts."""

from ..alerts.messages import Message, NotifiedOpening, SendRun
from ..alerts.models import Alert, Subscriber
from .api_keys import ApiKey
from .connectors import Connector, Duplicate, Listing
from .hiring_steps import HiringStep
from .job import Job, count_open_jobs, sync_from_departments, with_open_jobs
from .kinds import JobKind, Schedule
from .life import State, Verb
from .querysets import JobQuerySet
from .requirements import Requirements

__all__ = [
    "Alert",
    "ApiKey",
    "Connector",
    "Duplicate",
    "HiringStep",
    "Job",
    "JobKind",
    "JobQuerySet",
    "Listing",
    "Message",
    "NotifiedOpening",
    "Requirements",
    "Schedule",
    "SendRun",
    "State",
    "Subscriber",
    "Verb",
    "count_open_jobs",
    "sync_from_departments",
    "with_open_jobs",
]
