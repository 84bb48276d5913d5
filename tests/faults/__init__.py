"""Fault injection: ``make faults`` breaks parts of a running site and fails if a limit is exceeded.

Each module of this package that ``__main__.SUBJECTS`` lists injects one kind of fault. It has a function::

    def rows(case):
        '''Inject the fault. Yield a Row for each line of the table.'''
        with site.serving(case.sqlite()) as server, Load(server.port, site.PAGES) as load:
            ...
        yield Row("a worker is killed", {"answers": len(load.answers)}, [Bar("lost requests", len(load.lost), 0)])

``case.sqlite()`` and ``case.postgres()`` return the URL of a new database with all places, Westport and the samples.
``case.folder`` is a temporary directory. ``case.of(quick, usual, soak)`` returns one of the numbers: the first for
``--quick``, the second for ``make faults`` and the third for ``make soak``.
"""
