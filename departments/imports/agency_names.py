"""Readable names for agencies that federal lists name by unit, such as "State Police: Greene County".

The parts of a name stay as they are. Only their order changes, and the name of the state comes before statewide
agencies that leave it out: "Indiana State Police, Greene County".
"""

import re

from ..geo import states
from ..models.kinds import DepartmentKind

# Names of local agencies. They follow the name of their district or county: "Aldine Independent School District".
LOCAL = {
    "County Detective", "Drug Task Force", "Hospital District", "Independent School District", "Park Police",
    "Prosecutor", "Unified School District",
}  # fmt: skip
# A county's detective is "Beaver County Detective", not "Beaver County County Detective".
REPEATED_COUNTY = re.compile(r"\bCounty County\b")

# Kinds of agencies that belong to a state.
STATEWIDE = {
    DepartmentKind.STATE_POLICE, DepartmentKind.STATE_OTHER, DepartmentKind.PARK, DepartmentKind.CONSTABLE,
    DepartmentKind.OTHER,
}  # fmt: skip
# The beginnings of names that leave out the state: "Department of Natural Resources", "State Park Rangers".
STATE_AGENCY = re.compile(
    r"(State|Highway Patrol|Department|Division|Forestry Commission|Liquor Commission|Wildlife Resources Agency"
    r"|Attorney General|General Services)\b"
)
STATE_FORCE = re.compile(r"State (Police|Patrol|Troopers)\b")

# The campuses that universities themselves name with "at".
CAMPUSES_WITH_AT = {
    "State University of New York": "Albany; Binghamton; Buffalo; Stony Brook",
    "State University of New York College": (
        "Brockport; Cortland; Fredonia; Geneseo; New Paltz; Old Westbury; Oneonta; Oswego; Plattsburgh; Potsdam; "
        "Purchase"
    ),
    "University of Alabama": "Birmingham",
    "University of Arkansas": "Little Rock; Monticello; Pine Bluff",
    "University of Illinois": "Springfield",
    "University of Louisiana": "Lafayette; Monroe",
    "University of Maine": "Farmington",
    "University of Nebraska": "Kearney",
    "University of North Carolina": "Asheville; Chapel Hill; Charlotte; Greensboro; Pembroke; Wilmington",
    "University of Pittsburgh": "Bradford; Greensburg; Johnstown; Titusville",
    "University of Tennessee": "Chattanooga; Martin",
    "University of Texas": "Arlington; Austin; Dallas; El Paso; San Antonio; Tyler",
}


def readable(name, kind, state):
    """Return an agency's name without a colon.

    >>> readable("State Police: Greene County", "state_police", "IN")
    'Indiana State Police, Greene County'
    >>> readable("University of Texas: Dallas", "campus", "TX")
    'University of Texas at Dallas'
    """
    head, colon, unit = (part.strip() for part in name.partition(":"))
    if not colon:
        return _with_state(name, state) if STATE_FORCE.match(name) else name
    if head in LOCAL:
        return REPEATED_COUNTY.sub("County", f"{unit} {head}")
    if unit in CAMPUSES_WITH_AT.get(head, "").split("; "):
        return f"{head} at {unit}"
    if kind in STATEWIDE and STATE_AGENCY.match(head):
        head = _with_state(head, state)
    return f"{head}, {unit}"


def _with_state(name, state):
    return f"{states.STATES[state].name} {name}"
