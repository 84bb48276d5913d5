"""Kinds of jobs, and their hours. Pages call the kinds job types."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobKind(models.TextChoices):
    ENTRY_LEVEL = "entry_level", _("Entry-level officer")
    LATERAL = "lateral", _("Lateral or certified officer")
    CADET = "cadet", _("Cadet or explorer")
    RESERVE = "reserve", _("Reserve or auxiliary officer")
    DISPATCHER = "dispatcher", _("Dispatcher or call taker")
    CORRECTIONS = "corrections", _("Corrections officer")
    CIVILIAN = "civilian", _("Civilian staff")
    COMMAND = "command", _("Command staff")
    OTHER = "other", _("Other")


class Schedule(models.TextChoices):
    FULL_TIME = "full_time", _("Full time")
    PART_TIME = "part_time", _("Part time")
    SEASONAL = "seasonal", _("Seasonal")
