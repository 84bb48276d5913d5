"""A department as schema.org sees it. It says what the department's page shows, and nothing else.

The officers are no ``numberOfEmployees``: they are sworn officers only, and a department has other employees.
"""

from policeapp.structured_data import known, node

from .models.kinds import DepartmentKind
from .models.place import Precision


def identity(department, absolute):
    """Which department it is, as a GovernmentOrganization: its name, its page here, its own website and its logo."""
    return node(
        "GovernmentOrganization",
        name=department.name,
        url=absolute(department.get_absolute_url()),
        sameAs=department.website,
        logo=absolute(department.logo.url) if department.logo else None,
    )


def organization(department, absolute):
    """All that its page shows of it that schema.org has words for, its station among it where its address is known."""
    has_address = department.street1 or department.city or department.zip
    return identity(department, absolute) | known(
        telephone=telephone(department),
        email=department.email,
        areaServed=area_served(department),
        location=station(department, absolute) if has_address else None,
    )


def station(department, absolute):
    """Where it is, as a PoliceStation."""
    return place(department, "PoliceStation") | known(
        name=department.name,
        url=absolute(department.get_absolute_url()),
        telephone=telephone(department),
    )


def place(department, kind="Place"):
    """Its address, and its position if that is the building's: the middle of a ZIP code is no place to go to."""
    position = department.point if department.precision == Precision.BUILDING else None
    return node(
        kind,
        address=node(
            "PostalAddress",
            streetAddress=", ".join(filter(None, (department.street1, department.street2))),
            addressLocality=department.city,
            addressRegion=department.state,
            postalCode=department.zip,
            addressCountry="US",
        ),
        geo=position and node("GeoCoordinates", latitude=position.latitude, longitude=position.longitude),
    )


def telephone(department):
    """Its number as +1-203-341-6000; "" for what can't be called from everywhere, as the emergency number can't."""
    return department.phone_link.removeprefix("tel:")


def area_served(department):
    """Its town, county or state, whichever its kind is there for; None where its kind doesn't say, as a school's."""
    kind = department.kind
    if kind == DepartmentKind.MUNICIPAL and department.city:
        return node("City", name=department.town)
    if kind in (DepartmentKind.SHERIFF, DepartmentKind.COUNTY_POLICE) and department.county:
        return node("AdministrativeArea", name=f"{department.county_label}, {department.state}")
    if kind == DepartmentKind.STATE_POLICE:
        return node("State", name=department.get_state_display())
    return None
