"""Corrections: what visitors report as wrong on a page, and the queue in which editors decide."""
