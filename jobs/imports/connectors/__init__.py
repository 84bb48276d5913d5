"""Connectors: they fetch openings from the systems of employers.

:mod:`fetch` is the only module that opens connections. The module of a format turns an answer into rows with the
columns of :mod:`jobs.imports.openings`, and :mod:`runs` imports them.
"""
