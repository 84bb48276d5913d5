"""Signals that tell other apps about changes to departments."""

from django.dispatch import Signal

# Sent in the transaction that changed the name, address, time zone or status of departments. ``ids`` is a list of their
# primary keys.
departments_changed = Signal()
