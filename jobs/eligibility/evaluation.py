"""Which openings ask no more than what a person says of themselves. Nothing that they say is kept."""

from dataclasses import dataclass
from typing import NamedTuple

from ..models.requirements import Minimums, Outcome


@dataclass(frozen=True)
class Person:
    """What a person says of themselves, None or "" where they don't; it is in no table.

    Age and experience are whole years, the others values of the choices in :mod:`jobs.minimums`. Whoever has a POST
    certification says "any_state", and ``certified_in`` is the code of its state.
    """

    age: int | None = None
    education: str = ""
    certification: str = ""
    certified_in: str = ""
    experience_years: int | None = None
    citizenship: str = ""
    licence: str = ""

    def is_silent(self):
        """Whether they say nothing at all."""
        return self == Person()


class Groups(NamedTuple):
    """Openings, each with its ``.verdicts``, in the order in which they came.

    ``meets``: all that the opening states is met. ``fails``: something that it states is not. ``not_stated``: nobody
    can tell, for the opening states nothing, or asks for what the person doesn't say.
    """

    meets: list
    not_stated: list
    fails: list


def sort(openings, person):
    """The openings (with their minimums and departments) in :class:`Groups`, by what they ask of the person."""
    groups = Groups([], [], [])
    for opening in openings:
        minimums = getattr(opening, "minimums", None) or Minimums()
        opening.verdicts = minimums.verdicts(person)
        outcomes = {verdict.outcome for verdict in opening.verdicts}
        if Outcome.FAILS in outcomes:
            groups.fails.append(opening)
        elif outcomes == {Outcome.MEETS}:
            groups.meets.append(opening)
        else:
            groups.not_stated.append(opening)
    return groups
