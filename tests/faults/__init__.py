"""Harm done to the running site on purpose: ``make faults`` prints what it did, and fails when a promise is broken.

A module of this package does one kind of harm and is listed in ``__main__.SUBJECTS``. It has a function::

    def rows(case):
        '''Do the harm: yield a Row for each line of the table.'''
        with site.serving(case.sqlite()) as server, Load(server.port, site.PAGES) as load:
            ...
        yield Row("a worker is killed", {"answers": len(load.answers)}, [Bar("lost requests", len(load.lost), 0)])

``case.sqlite()`` and ``case.postgres()`` give the URL of a fresh database with the country's places, Westport and the
samples; ``case.folder`` is a directory, removed afterwards; ``case.of(quick, usual, soak)`` chooses a number by what
was asked for: a look whether all works, ``make faults``, or ``make soak``.
"""
