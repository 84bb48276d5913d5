"""The rules that structured data are held against, and the reading of them from a page as a search engine reads it.

The table was written from Google's documentation of each type
(https://developers.google.com/search/docs/appearance/structured-data/: job-posting, organization, local-business,
breadcrumb, sitelinks-searchbox) and, for what Google is silent about, from the definitions on https://schema.org.
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
    """A description: Google wants it in paragraphs or lists."""
    return isinstance(value, str) and bool(re.search("<(p|ul|ol)>", value))


def number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def whole_number(value):
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def boolean(value):
    return isinstance(value, bool)


def address(value):
    """An absolute URL."""
    return text(value) and urlsplit(value).scheme in ("http", "https") and bool(urlsplit(value).hostname)


def e_mail(value):
    return text(value) and "@" in value


def telephone(value):
    """With its country, so that it rings from everywhere; an emergency number has none."""
    return text(value) and bool(re.fullmatch(r"\+[1-9][\d-]{7,}(;ext=\d+)?", value))


def day(value):
    """A day of ISO 8601."""
    return text(value) and date.fromisoformat(value).isoformat() == value


def instant(value):
    """A day and a time of ISO 8601, with how far the clocks there are from UTC."""
    return text(value) and datetime.fromisoformat(value).utcoffset() is not None


def template(value):
    return address(value) and value.count("{search_term_string}") == 1


def one_of(*values):
    return lambda value: value in values


def node_of(*kinds):
    """Another node, of one of these types; what is in it is looked at by the rules of its own type."""
    return lambda value: isinstance(value, dict) and value.get("@type") in kinds


def either(*checks):
    return lambda value: any(check(value) for check in checks)


def items(value):
    """The two or more steps of a trail, numbered from 1."""
    return (
        isinstance(value, list)
        and len(value) >= 2
        and all(map(node_of("ListItem"), value))
        and [item["position"] for item in value] == list(range(1, len(value) + 1))
    )


# {type: {property: (whether it must be there, what its value must be)}}. What is in no row must not be there.
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
        "url": (ALLOWED, address),
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
        "url": (REQUIRED, address),
        "sameAs": (RECOMMENDED, address),
        "logo": (RECOMMENDED, address),
        "telephone": (ALLOWED, telephone),
        "email": (ALLOWED, e_mail),
        "areaServed": (ALLOWED, node_of("City", "AdministrativeArea", "State")),
        "location": (ALLOWED, node_of("PoliceStation")),
    },
    "PoliceStation": {
        "name": (REQUIRED, text),
        "address": (REQUIRED, node_of("PostalAddress")),
        "geo": (RECOMMENDED, node_of("GeoCoordinates")),
        "telephone": (RECOMMENDED, telephone),
        "url": (RECOMMENDED, address),
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
        "item": (REQUIRED, address),
    },
    "WebSite": {
        "name": (REQUIRED, text),
        "url": (REQUIRED, address),
        "potentialAction": (REQUIRED, node_of("SearchAction")),
    },
    "SearchAction": {
        "target": (REQUIRED, node_of("EntryPoint")),
        "query-input": (REQUIRED, one_of("required name=search_term_string")),
    },
    "EntryPoint": {"urlTemplate": (REQUIRED, template)},
}


def faults(node):
    """What in a node, and in those within it, is against the rules, one per line; nothing when all is well."""
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
    """The properties that are required, or recommended, and not there."""
    return {name for name, (needed, _) in RULES[node["@type"]].items() if needed == need and name not in node}


def nodes_of(response):
    """``{type: node}`` of the structured data of a page, each of which must keep the rules."""
    return nodes_in(response.content.decode())


def nodes_in(page):
    """The same of a page's HTML."""
    markup = Markup(page)
    number = sum(tag == "script" and attributes.get("type") == "application/ld+json" for tag, attributes in markup.tags)
    found = [json.loads(script) for script in markup.scripts if script.strip()]
    assert len(found) == number
    for node in found:
        assert node.pop("@context") == "https://schema.org"
        assert faults(node) == []
    return {node["@type"]: node for node in found}
