"""Emails that ask editors about jobs whose deadline is near or that nobody has confirmed, and the pages they open."""
