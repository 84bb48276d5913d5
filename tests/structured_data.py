"""Reads structured data from a page and checks it against the rules of search engines.

The rules come from Google's documentation of each type
(https://developers.google.com/search/docs/appearance/structured-data/: job-posting, organization, local-business,
breadcrumb, sitelinks-searchbox) and, for types that Google does not document, from https://schema.org.
"""

import json
import re
from datetime import date, datetime
from urllib.parse import urlsplit

from .whole_site import Markup

REQUIRED, RECOMMENDED, ALLOWED = "required", "recommended", "allowed"


def text(value):
    return isinstance(value, str) and value.strip() == value and value != ""


def html(value):
    """A description in HTML. Google wants paragraphs or lists."""
    return isinstance(value, str) and bool(re.search("<(p|ul|ol)>", value))


def number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def whole_number(value):
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def boolean(value):
    return isinstance(value, bool)


def url(value):
    """An absolute URL."""
    return text(value) and urlsplit(value).scheme in ("http", "https") and bool(urlsplit(value).hostname)


def email(value):
    return text(value) and "@" in value


def telephone(value):
    """A phone number with its country code."""
    return text(value) and bool(re.fullmatch(r"\+[1-9][\d-]{7,}(;ext=\d+)?", value))


def day(value):
    """An ISO 8601 date."""
    return text(value) and date.fromisoformat(value).isoformat() == value


def instant(value):
    """An ISO 8601 date and time with a UTC offset."""
    return text(value) and datetime.fromisoformat(value).utcoffset() is not None


def template(value):
    return url(value) and value.count("{search_term_string}") == 1


def one_of(*values):
    return lambda value: value in values


def node_of(*kinds):
    """A nested node of one of these types. ``faults`` checks it by the rules of its own type."""
    return lambda value: isinstance(value, dict) and value.get("@type") in kinds


def either(*checks):
    return lambda value: any(check(value) for check in checks)


def items(value):
    """Two or more breadcrumbs, numbered from 1."""
    return (
        isinstance(value, list)
        and len(value) >= 2
        and all(map(node_of("ListItem"), value))
        and [item["position"] for item in value] == list(range(1, len(value) + 1))
    )


# {type: {property: (whether it is required, check of its value)}}. No other properties are allowed.
RULES = {
    "JobPosting": {
        "title": (REQUIRED, text),
        "description": (REQUIRED, html),
        "datePosted": (REQUIRED, day),
        "hiringOrganization": (REQUIRED, node_of("GovernmentOrganization")),
        "jobLocation": (REQUIRED, node_of("Place")),
        "validThrough": (RECOMMENDED, instant),
        "employmentType": (
            RECOMMENDED,
            one_of("FULL_TIME", "PART_TIME", "CONTRACTOR", "TEMPORARY", "INTERN", "VOLUNTEER", "PER_DIEM", "OTHER"),
        ),
        "baseSalary": (RECOMMENDED, node_of("MonetaryAmount")),
        "identifier": (RECOMMENDED, node_of("PropertyValue")),
        "directApply": (RECOMMENDED, one_of(False)),
        "educationRequirements": (
            RECOMMENDED,
            either(one_of("no requirements"), node_of("EducationalOccupationalCredential")),
        ),
        "experienceRequirements": (
            RECOMMENDED,
            either(one_of("no requirements"), node_of("OccupationalExperienceRequirements")),
        ),
        "totalJobOpenings": (ALLOWED, whole_number),
        "url": (ALLOWED, url),
    },
    "MonetaryAmount": {"currency": (REQUIRED, one_of("USD")), "value": (REQUIRED, node_of("QuantitativeValue"))},
    "QuantitativeValue": {
        "unitText": (REQUIRED, one_of("HOUR", "DAY", "WEEK", "MONTH", "YEAR")),
        "value": (ALLOWED, number),
        "minValue": (ALLOWED, number),
        "maxValue": (ALLOWED, number),
    },
    "PropertyValue": {"name": (REQUIRED, text), "value": (REQUIRED, text)},
    "EducationalOccupationalCredential": {
        "credentialCategory": (
            REQUIRED,
            one_of(
                "high school",
                "associate degree",
                "bachelor degree",
                "professional certificate",
                "postgraduate degree",
            ),
        )
    },
    "OccupationalExperienceRequirements": {"monthsOfExperience": (REQUIRED, whole_number)},
    "GovernmentOrganization": {
        "name": (REQUIRED, text),
        "url": (REQUIRED, url),
        "sameAs": (RECOMMENDED, url),
        "logo": (RECOMMENDED, url),
        "telephone": (ALLOWED, telephone),
        "email": (ALLOWED, email),
        "areaServed": (ALLOWED, node_of("City", "AdministrativeArea", "State")),
        "location": (ALLOWED, node_of("PoliceStation")),
    },
    "PoliceStation": {
        "name": (REQUIRED, text),
        "address": (REQUIRED, node_of("PostalAddress")),
        "geo": (RECOMMENDED, node_of("GeoCoordinates")),
        "telephone": (RECOMMENDED, telephone),
        "url": (RECOMMENDED, url),
    },
    "Place": {"address": (REQUIRED, node_of("PostalAddress")), "geo": (ALLOWED, node_of("GeoCoordinates"))},
    "PostalAddress": {
        "addressCountry": (REQUIRED, one_of("US")),
        "addressRegion": (RECOMMENDED, text),
        "addressLocality": (RECOMMENDED, text),
        "postalCode": (RECOMMENDED, text),
        "streetAddress": (RECOMMENDED, text),
    },
    "GeoCoordinates": {"latitude": (REQUIRED, number), "longitude": (REQUIRED, number)},
    "City": {"name": (REQUIRED, text)},
    "AdministrativeArea": {"name": (REQUIRED, text)},
    "State": {"name": (REQUIRED, text)},
    "BreadcrumbList": {"itemListElement": (REQUIRED, items)},
    "ListItem": {
        "position": (REQUIRED, whole_number),
        "name": (REQUIRED, text),
        "item": (REQUIRED, url),
    },
    "WebSite": {
        "name": (REQUIRED, text),
        "url": (REQUIRED, url),
        "potentialAction": (REQUIRED, node_of("SearchAction")),
    },
    "SearchAction": {
        "target": (REQUIRED, node_of("EntryPoint")),
        "query-input": (REQUIRED, one_of("required name=search_term_string")),
    },
    "EntryPoint": {"urlTemplate": (REQUIRED, template)},
}


def faults(node):
    """Return a list of the violations of the rules in a node and its nested nodes."""
    kind = node.get("@type")
    if kind not in RULES:
        return [f"no rules for {kind}"]
    rules = RULES[kind]
    found = [f"{kind} without {name}" for name in missing(node, REQUIRED)]
    for name, value in node.items():
        if name.startswith("@"):
            continue
        if name not in rules:
            found.append(f"{kind}.{name} is in no rule")
        elif not rules[name][1](value):
            found.append(f"{kind}.{name} must not be {value!r}")
        for inner in value if isinstance(value, list) else [value]:
            found += faults(inner) if isinstance(inner, dict) else []
    return found


def missing(node, need):
    """Return the names of the properties with this need, REQUIRED or RECOMMENDED, that the node lacks."""
    return {name for name, (needed, _) in RULES[node["@type"]].items() if needed == need and name not in node}


def nodes_of(response):
    """Return the structured data of a page as ``{type: node}``. Each node must follow the rules."""
    return nodes_in(response.content.decode())


def nodes_in(page):
    """Like ``nodes_of``, for the HTML of a page."""
    markup = Markup(page)
    number = sum(tag == "script" and attributes.get("type") == "application/ld+json" for tag, attributes in markup.tags)
    found = [json.loads(script) for script in markup.scripts if script.strip()]
    assert len(found) == number
    for node in found:
        assert node.pop("@context") == "https://schema.org"
        assert faults(node) == []
    return {node["@type"]: node for node in found}
