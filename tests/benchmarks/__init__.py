"""Benchmarks at national scale: ``make bench`` prints one table and fails if a bar is missed.

Each module of this package that ``__main__.SUBJECTS`` lists measures one subject. It defines::

    SIZES = [Size(departments=27_000, openings=27_000)]

    def rows(case):
        '''Measure one database: yield a Row for each line of the table.'''
        typed = DepartmentSearchForm({"q": "Wesport"})
        took = median_ms(lambda: list(typed.results()[:20]))
        yield Row("fuzzy search", case, {"ms": took}, [Bar("fuzzy search, ms", took, 50)])

    def growth(rows):
        '''Optional: return more Rows, computed from all rows of one engine, for bars that compare sizes.'''

``rows`` runs once for each engine and each of the SIZES, in its own process with production settings. The settings are
in the environment, so that child processes ("manage.py import_departments ...") have them too. The database has this
number of departments and openings, and all ZIP codes and towns. Subjects share it and must not change it, except for
``Size(0, 0)``: each subject gets its own database without departments, and can write to it. ``case.folder`` is a
temporary directory. ``case.quick`` asks for fewer repetitions.

:mod:`tests.benchmarks.table` has Size, Case, Row, Bar and ``median_ms``.
"""
