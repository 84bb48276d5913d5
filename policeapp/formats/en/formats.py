"""Formats of dates and times where a page states none, such as in the admin. Times name their time zone."""

DATE_FORMAT = "M j, Y"
DATETIME_FORMAT = "M j, Y, g:i A T"
