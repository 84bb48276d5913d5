"""Who patrols places without police of their own, in each state.

In most states that is the county's sheriff, or the county's police where it has any, while a highway patrol or state
police patrols highways. The tables have the name of each statewide force and the states that differ.

Sources. States without sheriffs' offices, and what sheriffs do in the others: Bureau of Justice Statistics, "Census of
State and Local Law Enforcement Agencies" and "Sheriffs' Offices" (Connecticut ended its sheriffs in 2000). Sheriffs of
Pennsylvania: Kopko v. Miller, 892 A.2d 766 (Pa. 2006). Resident troopers of Connecticut: Conn. Gen. Stat. 29-5. County
police of Hawaii: Hawaii Revised Statutes, chapter 52D. State police, territories and tribal police: the agencies' own
websites. The counties with much tribal land are a choice made by hand, of those where a reservation is a large part.
"""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from . import states

# The statewide force as the directory names it, or how the names of its posts begin. Hawaii has none.
FORCES = {
    "AL": "Alabama Law Enforcement Agency", "AK": "Alaska State Troopers", "AZ": "Arizona Department of Public Safety",
    "AR": "Arkansas State Police", "CA": "California Highway Patrol", "CO": "Colorado State Patrol",
    "CT": "Connecticut State Police", "DE": "Delaware State Police", "FL": "Florida Highway Patrol",
    "GA": "Georgia Department of Public Safety", "GU": "Guam Police Department", "ID": "Idaho State Police",
    "IL": "Illinois State Police", "IN": "Indiana State Police", "IA": "Iowa Highway Patrol",
    "KS": "Kansas Highway Patrol", "KY": "Kentucky State Police", "LA": "Louisiana State Police",
    "ME": "Maine State Police", "MD": "Maryland State Police", "MA": "Massachusetts State Police",
    "MI": "Michigan State Police", "MN": "Minnesota State Patrol", "MS": "Mississippi Highway Safety Patrol",
    "MO": "Missouri State Highway Patrol", "MT": "Montana Highway Patrol", "NE": "Nebraska State Patrol",
    "NV": "Nevada Highway Patrol", "NH": "New Hampshire State Police", "NJ": "New Jersey State Police",
    "NM": "New Mexico State Police", "NY": "New York State Police", "NC": "North Carolina Highway Patrol",
    "ND": "North Dakota Highway Patrol", "OH": "Ohio State Highway Patrol", "OK": "Oklahoma Highway Patrol",
    "OR": "Oregon State Police", "PA": "Pennsylvania State Police", "PR": "Puerto Rico",
    "RI": "Rhode Island State Police", "SC": "South Carolina Highway Patrol", "SD": "South Dakota Highway Patrol",
    "TN": "Tennessee Highway Patrol", "TX": "Department of Public Safety", "UT": "Utah Highway Patrol",
    "VT": "Vermont State Police", "VA": "Virginia State Police", "WA": "Washington State Patrol",
    "WV": "West Virginia State Police", "WI": "Wisconsin State Patrol", "WY": "Wyoming Highway Patrol",
}  # fmt: skip

# States without sheriffs, those whose sheriffs mostly serve courts and jails, and those who share with the force.
NO_SHERIFFS = {"AK", "CT", "HI", "RI"}
COURT_SHERIFFS = {"DE", "MA", "NH", "NJ", "PA", "VT"}
SHARING_SHERIFFS = {"ME"}

# One force for the whole district or territory, which has no sheriffs either.
WHOLE = {
    "DC": _("The Metropolitan Police Department serves all of the District of Columbia."),
    "PR": _("The Puerto Rico Police Bureau serves all of Puerto Rico. Many towns have a municipal police, too."),
    "GU": _("The Guam Police Department serves all of Guam."),
    "VI": _("The Virgin Islands Police Department serves all of the U.S. Virgin Islands."),
    "AS": _("The American Samoa Department of Public Safety serves all of American Samoa."),
    "MP": _("The Department of Public Safety serves all of the Northern Mariana Islands."),
}

# Pennsylvania's only county police patrol parks and the airport.
NO_COUNTY_PATROL = {"PA"}

# Counties with large reservations, which tribal police or those of the Bureau of Indian Affairs serve.
TRIBAL_COUNTIES = {
    "AZ": "apache coconino gila graham navajo pinal",
    "ID": "benewah bingham nez-perce",
    "MN": "beltrami cass mahnomen",
    "MT": "big-horn blaine glacier lake roosevelt rosebud",
    "ND": "benson dunn mckenzie mclean mountrail rolette sioux",
    "NE": "thurston",
    "NM": "cibola mckinley otero rio-arriba san-juan sandoval",
    "OR": "jefferson wasco",
    "SD": "bennett buffalo charles-mix corson dewey lyman mellette oglala-lakota todd ziebach",
    "UT": "duchesne san-juan uintah",
    "WA": "ferry okanogan yakima",
    "WI": "menominee",
    "WY": "fremont",
}


class Patrol(NamedTuple):
    """How a state is policed outside of municipalities that have police.

    ``force`` begins the name of the statewide force in the directory; "" if there is none. ``note`` is a sentence about
    a state that differs from most. ``force_is_all``: the force is the police of the whole district or territory.
    """

    force: str
    note: str
    sheriffs_patrol: bool
    county_police_patrol: bool
    force_patrols: bool
    force_is_all: bool
    county_police_is_all: bool


def of_state(code):
    """Return the :class:`Patrol` of the state with this code."""
    troopers = NO_SHERIFFS - {"HI"} | COURT_SHERIFFS | SHARING_SHERIFFS
    return Patrol(
        force=FORCES.get(code, ""),
        note=WHOLE.get(code) or _note(code),
        sheriffs_patrol=code not in NO_SHERIFFS | COURT_SHERIFFS | WHOLE.keys(),
        county_police_patrol=code not in NO_COUNTY_PATROL,
        force_patrols=code in troopers,
        force_is_all=code in WHOLE,
        county_police_is_all=code == "HI",
    )


def _note(code):
    if code == "AK":
        return _("Alaska has no counties and no sheriffs. The Alaska State Troopers serve places without police.")
    if code == "HI":
        return _("In Hawaii, each county's police serve the whole county.")
    state = {"state": states.STATES[code].name}
    if code in NO_SHERIFFS:
        return _("%(state)s has no sheriffs. The State Police serve towns without their own police.") % state
    if code == "VT":
        return _("In Vermont, the State Police serve towns without their own police. Some pay the sheriff for patrols.")
    if code in COURT_SHERIFFS:
        return (
            _(
                "In %(state)s, the State Police serve towns without their own police. "
                "Sheriffs mostly serve the courts or the jail."
            )
            % state
        )
    if code in SHARING_SHERIFFS:
        return _("In %(state)s, the sheriff and the State Police share towns without their own police.") % state
    return ""


def has_tribal_land(county):
    """Return whether tribal police serve much of a county: a state's code and the county's slug."""
    state, slug = county
    return slug in TRIBAL_COUNTIES.get(state, "").split()
