"""The site's speed at national scale, measured: ``make bench`` prints one table and fails when a bar is missed.

A module of this package measures one subject. It has two or three names, and is listed in ``__main__.SUBJECTS``::

    SIZES = [Size(departments=27_000, openings=27_000)]

    def rows(case):
        '''Measure one database: yield a Row for each line of the table.'''
        typed = DepartmentSearchForm({"q": "Wesport"})
        took = median_ms(lambda: list(typed.results()[:20]))
        yield Row("fuzzy search", case, {"ms": took}, [Bar("fuzzy search, ms", took, 50)])

    def growth(rows):
        '''Optional: Rows made of all of one engine's rows, for bars between sizes.'''

``rows`` runs once for each engine and each of the SIZES, in a process of its own in which Django is set up as in
production, with the settings in the environment, so that a child process ("manage.py import_departments ...") finds
them too. The database has as many departments and openings as the size says, and all ZIP codes and towns. Several
subjects read the same database and must leave it as it was; one of no departments, ``Size(0, 0)``, is made for the
subject alone, which may write to it as it likes. ``case.folder`` is a directory for files, removed afterwards;
``case.quick`` asks for fewer repetitions.

:mod:`tests.benchmarks.table` has Size, Case, Row, Bar and ``median_ms``.
"""
