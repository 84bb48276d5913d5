"""The 50 states, the District of Columbia and the five inhabited territories: names, time zones and extents.

The names are proper names, so they are not translated.

Each box comes from the Census Bureau's cartographic boundary files of 2017 (as simplified by us-atlas 3.0.1), rounded
outward to a tenth of a degree. It excludes outer islands with few or no residents: the northwestern Hawaiian Islands,
Swains Island and Rose Atoll (American Samoa), and the northernmost Marianas.
"""

from typing import NamedTuple


class State(NamedTuple):
    """A state, district or territory.

    ``code`` is the postal code. ``time_zone`` is the IANA time zone of most residents; a dozen states have more than
    one. The box is in WGS 84 degrees, north and east positive. Alaska's box crosses the antimeridian, so its ``west``
    is greater than its ``east``.
    """

    code: str
    name: str
    time_zone: str
    south: float
    north: float
    west: float
    east: float

    @property
    def in_sentence(self):
        """The name as it is written within a sentence, such as "the District of Columbia"."""
        return f"the {self.name}" if self.code in WITH_ARTICLE else self.name


WITH_ARTICLE = {"DC", "MP", "VI"}

_ALL = (
    State("AL", "Alabama", "America/Chicago", 30.2, 35.1, -88.5, -84.8),
    State("AK", "Alaska", "America/Anchorage", 51.2, 71.4, 172.4, -129.9),
    State("AS", "American Samoa", "Pacific/Pago_Pago", -14.4, -14.1, -170.9, -169.4),
    State("AZ", "Arizona", "America/Phoenix", 31.3, 37.1, -114.9, -109.0),
    State("AR", "Arkansas", "America/Chicago", 33.0, 36.5, -94.7, -89.6),
    State("CA", "California", "America/Los_Angeles", 32.5, 42.1, -124.5, -114.1),
    State("CO", "Colorado", "America/Denver", 36.9, 41.1, -109.1, -102.0),
    State("CT", "Connecticut", "America/New_York", 40.9, 42.1, -73.8, -71.7),
    State("DE", "Delaware", "America/New_York", 38.4, 39.9, -75.8, -75.0),
    State("DC", "District of Columbia", "America/New_York", 38.7, 39.0, -77.2, -76.9),
    State("FL", "Florida", "America/New_York", 24.5, 31.1, -87.7, -80.0),
    State("GA", "Georgia", "America/New_York", 30.3, 35.1, -85.7, -80.8),
    State("GU", "Guam", "Pacific/Guam", 13.2, 13.7, 144.6, 145.0),
    State("HI", "Hawaii", "Pacific/Honolulu", 18.9, 22.3, -160.3, -154.8),
    State("ID", "Idaho", "America/Boise", 41.9, 49.1, -117.3, -111.0),
    State("IL", "Illinois", "America/Chicago", 36.9, 42.6, -91.6, -87.4),
    State("IN", "Indiana", "America/Indiana/Indianapolis", 37.7, 41.8, -88.1, -84.7),
    State("IA", "Iowa", "America/Chicago", 40.3, 43.6, -96.7, -90.1),
    State("KS", "Kansas", "America/Chicago", 36.9, 40.1, -102.1, -94.5),
    State("KY", "Kentucky", "America/New_York", 36.4, 39.2, -89.6, -81.9),
    State("LA", "Louisiana", "America/Chicago", 28.9, 33.1, -94.1, -88.8),
    State("ME", "Maine", "America/New_York", 43.0, 47.5, -71.1, -66.9),
    State("MD", "Maryland", "America/New_York", 37.9, 39.8, -79.5, -75.0),
    State("MA", "Massachusetts", "America/New_York", 41.2, 42.9, -73.6, -69.9),
    State("MI", "Michigan", "America/Detroit", 41.6, 48.2, -90.5, -82.4),
    State("MN", "Minnesota", "America/Chicago", 43.4, 49.4, -97.3, -89.4),
    State("MS", "Mississippi", "America/Chicago", 30.1, 35.0, -91.7, -88.0),
    State("MO", "Missouri", "America/Chicago", 35.9, 40.7, -95.8, -89.0),
    State("MT", "Montana", "America/Denver", 44.3, 49.1, -116.1, -104.0),
    State("NE", "Nebraska", "America/Chicago", 40.0, 43.1, -104.1, -95.3),
    State("NV", "Nevada", "America/Los_Angeles", 35.0, 42.1, -120.1, -114.0),
    State("NH", "New Hampshire", "America/New_York", 42.6, 45.4, -72.6, -70.7),
    State("NJ", "New Jersey", "America/New_York", 38.9, 41.4, -75.6, -73.8),
    State("NM", "New Mexico", "America/Denver", 31.3, 37.1, -109.1, -103.0),
    State("NY", "New York", "America/New_York", 40.5, 45.1, -79.8, -71.8),
    State("NC", "North Carolina", "America/New_York", 33.8, 36.6, -84.4, -75.4),
    State("ND", "North Dakota", "America/Chicago", 45.9, 49.1, -104.1, -96.5),
    State("MP", "Northern Mariana Islands", "Pacific/Saipan", 14.1, 18.9, 145.1, 146.1),
    State("OH", "Ohio", "America/New_York", 38.4, 42.0, -84.9, -80.5),
    State("OK", "Oklahoma", "America/Chicago", 33.6, 37.1, -103.1, -94.4),
    State("OR", "Oregon", "America/Los_Angeles", 41.9, 46.3, -124.6, -116.4),
    State("PA", "Pennsylvania", "America/New_York", 39.7, 42.3, -80.6, -74.6),
    State("PR", "Puerto Rico", "America/Puerto_Rico", 17.9, 18.6, -68.0, -65.2),
    State("RI", "Rhode Island", "America/New_York", 41.1, 42.1, -71.9, -71.1),
    State("SC", "South Carolina", "America/New_York", 32.0, 35.3, -83.4, -78.5),
    State("SD", "South Dakota", "America/Chicago", 42.4, 46.0, -104.1, -96.4),
    State("TN", "Tennessee", "America/Chicago", 34.9, 36.7, -90.4, -81.6),
    State("TX", "Texas", "America/Chicago", 25.8, 36.6, -106.7, -93.5),
    State("VI", "U.S. Virgin Islands", "America/St_Thomas", 17.6, 18.4, -65.1, -64.5),
    State("UT", "Utah", "America/Denver", 36.9, 42.1, -114.1, -109.0),
    State("VT", "Vermont", "America/New_York", 42.7, 45.1, -73.5, -71.4),
    State("VA", "Virginia", "America/New_York", 36.5, 39.5, -83.7, -75.2),
    State("WA", "Washington", "America/Los_Angeles", 45.5, 49.1, -124.8, -116.9),
    State("WV", "West Virginia", "America/New_York", 37.2, 40.7, -82.7, -77.7),
    State("WI", "Wisconsin", "America/Chicago", 42.4, 47.1, -92.9, -86.8),
    State("WY", "Wyoming", "America/Denver", 40.9, 45.1, -111.1, -104.0),
)

STATES = {state.code: state for state in _ALL}  # in alphabetical order of their names
CHOICES = [(state.code, state.name) for state in _ALL]

# Other names and codes. The FBI writes NB for Nebraska and GM for Guam.
ALIASES = {
    "NB": "NE", "GM": "GU", "Washington DC": "DC", "Washington, DC": "DC", "Virgin Islands": "VI",
    "US Virgin Islands": "VI", "CNMI": "MP",
}  # fmt: skip
# Traditional abbreviations that are not also postal codes, without their periods: "N. Mex." is "NMex".
ABBREVIATIONS = {
    "Ala": "AL", "Ariz": "AZ", "Ark": "AR", "Calif": "CA", "Colo": "CO", "Conn": "CT", "Del": "DE", "Fla": "FL",
    "Ill": "IL", "Ind": "IN", "Kan": "KS", "Kans": "KS", "Mass": "MA", "Mich": "MI", "Minn": "MN", "Miss": "MS",
    "Mont": "MT", "Neb": "NE", "Nebr": "NE", "Nev": "NV", "NMex": "NM", "NDak": "ND", "Okla": "OK", "Ore": "OR",
    "Oreg": "OR", "Penn": "PA", "Penna": "PA", "SDak": "SD", "Tenn": "TN", "Tex": "TX", "Wash": "WA", "WVa": "WV",
    "Wis": "WI", "Wisc": "WI", "Wyo": "WY",
}  # fmt: skip

_BY_TEXT = {text.casefold(): state for state in _ALL for text in (state.code, state.name)}
_BY_TEXT |= {text.casefold(): STATES[code] for text, code in (ALIASES | ABBREVIATIONS).items()}


def contains(code: str, latitude: float, longitude: float, margin: float = 0.25) -> bool:
    """Return whether a point (degrees) is in the state's box, enlarged by ``margin`` degrees on each side.

    This only checks plausibility: a box includes parts of neighboring states. The margin allows for stations on piers,
    small islands and coordinates of towns on the border. Raise ``KeyError`` for an unknown code.
    """
    state = STATES[code]
    if not state.south - margin <= latitude <= state.north + margin:
        return False
    west = state.west - margin
    width = (state.east + margin - west) % 360  # modulo handles Alaska, which crosses the antimeridian
    return (longitude - west) % 360 <= width


def find(text: str) -> State | None:
    """Return the state with this code, name or abbreviation, in any case and with or without periods, or None."""
    text = " ".join(text.split()).casefold()
    return _BY_TEXT.get(text) or _BY_TEXT.get(text.replace(". ", "").replace(".", ""))
