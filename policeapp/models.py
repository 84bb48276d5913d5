"""The models of this app's folders, imported here so that Django finds them."""

from .accounts.models import AuditEvent, User
from .caching.models import ContentVersion
from .history.models import Change
from .imports.models import Import
from .operations.models import RateCount

__all__ = ["AuditEvent", "Change", "ContentVersion", "Import", "RateCount", "User"]
