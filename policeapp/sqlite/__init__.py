"""Django's SQLite, where many processes write by turns: the ENGINE of such databases.

:mod:`policeapp.sqlite.base` is what Django looks for.
"""
