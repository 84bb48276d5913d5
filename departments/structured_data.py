"""schema.org data about a department. It states only what the department's page shows.

The number of officers is not ``numberOfEmployees``, because departments have other employees too.
"""

from policeapp.web.routes import absolute_url
from policeapp.web.structured_data import known, node

from .models.kinds import DepartmentKind, WebsiteKind
from .models.place import Precision


def identity(department):
    """Return a GovernmentOrganization with the department's name, profile URL, website and logo."""
    return node(
        "GovernmentOrganization",
        name=department.name,
        url=absolute_url(department.get_absolute_url()),
        sameAs=department.website if department.website_kind in ("", WebsiteKind.AGENCY) else None,
        logo=absolute_url(department.logo.url) if department.logo else None,
    )


def organization(department):
    """Return all facts of a profile that schema.org has terms for, with the station if its address is known."""
    has_address = department.street1 or department.city or department.zip
    return identity(department) | known(
        telephone=telephone(department),
        email=department.email,
        areaServed=area_served(department),
        location=station(department) if has_address else None,
    )


def station(department):
    """Return the department's location as a PoliceStation."""
    return place(department, "PoliceStation") | known(
        name=department.name,
        url=absolute_url(department.get_absolute_url()),
        telephone=telephone(department),
    )


def place(department, schema_type="Place"):
    """Return the department's address without P.O. boxes, and coordinates only if they are those of the building."""
    point = department.point if department.precision == Precision.BUILDING else None
    return node(
        schema_type,
        address=node(
            "PostalAddress",
            streetAddress=", ".join(department.street_lines),
            addressLocality=department.city,
            addressRegion=department.state,
            postalCode=department.zip,
            addressCountry="US",
        ),
        geo=point and node("GeoCoordinates", latitude=point.latitude, longitude=point.longitude),
    )


def telephone(department):
    """Return the number as +1-203-341-6000, or "" for numbers that only work locally, such as 911."""
    return department.phone_link.removeprefix("tel:")


def area_served(department):
    """Return the town, county or state that the department serves, or None if its kind has no such area."""
    kind = department.kind
    if kind == DepartmentKind.MUNICIPAL and department.city:
        return node("City", name=department.town)
    if kind in (DepartmentKind.SHERIFF, DepartmentKind.COUNTY_POLICE) and department.county:
        return node("AdministrativeArea", name=f"{department.county_label}, {department.state}")
    if kind == DepartmentKind.STATE_POLICE:
        return node("State", name=department.get_state_display())
    return None
