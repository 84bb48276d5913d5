"""Answers of systems that list openings, in their shapes."""

import json

from jobs.imports.connectors.fetch import Page

URL = "https://careers.example.org/police/jobs"


def page(content, url=URL, **headers):
    content = content.encode() if isinstance(content, str) else content
    return Page(url, 200, content, {name.replace("_", "-"): value for name, value in headers.items()})


def feed(*jobs, root="source", declaration='<?xml version="1.0" encoding="utf-8"?>'):
    """Return a job feed. Each job is a dict of elements."""
    cdata = "".join(
        "<job>" + "".join(f"<{name}><![CDATA[{text}]]></{name}>" for name, text in job.items()) + "</job>"
        for job in jobs
    )
    publisher = "<publisher>Hire System</publisher><publisherurl>https://hire.example.com</publisherurl>"
    built = "<lastBuildDate>Fri, 20 Nov 2026 10:00:00 GMT</lastBuildDate>"
    return f"{declaration}\n<{root}>{publisher}{built}{cdata}</{root}>"


def feed_job(**values):
    return {
        "title": "Police Officer",
        "date": "Fri, 20 Nov 2020 15:04:05 GMT",
        "referencenumber": "HS-1001",
        "requisitionid": "2026-014",
        "url": "https://hire.example.com/westport/jobs/1001?source=feed",
        "company": "Town of Westport",
        "city": "Westport",
        "state": "CT",
        "country": "US",
        "postalcode": "06880",
        "streetaddress": "50 Jesup Road",
        "description": "<p>Patrol the <b>town</b>.</p><ul><li>Answer calls</li><li>Write reports</li></ul>",
        "salary": "$35.50 - $48.00 per hour",
        "jobtype": "fulltime",
        "category": "Public Safety",
        "expirationdate": "Thu, 31 Dec 2099 23:59:59 EST",
    } | values


def posting(**values):
    """Return a JobPosting as careers pages write it."""
    return {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": "Police Officer",
        "description": "<p>Patrol the town.</p>",
        "identifier": {"@type": "PropertyValue", "name": "Westport", "value": "2026-014"},
        "datePosted": "2026-11-20",
        "validThrough": "2026-12-31T17:00:00-05:00",
        "employmentType": "FULL_TIME",
        "hiringOrganization": {"@type": "Organization", "name": "Westport Police Department"},
        "jobLocation": {
            "@type": "Place",
            "address": {
                "@type": "PostalAddress",
                "streetAddress": "50 Jesup Road",
                "addressLocality": "Westport",
                "addressRegion": "CT",
                "postalCode": "06880",
                "addressCountry": "US",
            },
        },
        "baseSalary": {
            "@type": "MonetaryAmount",
            "currency": "USD",
            "value": {"@type": "QuantitativeValue", "minValue": 72000, "maxValue": 98000, "unitText": "YEAR"},
        },
        "url": "https://careers.example.org/police/jobs/2026-014",
    } | values


def careers_page(*values, links=(), scripts=None):
    """Return the HTML of a careers page with a JSON-LD script for each value, and links."""
    found = "".join(
        f'<script type="application/ld+json">{text}</script>' for text in scripts or map(json.dumps, values)
    )
    anchors = "".join(f'<li><a href="{link}">Job</a></li>' for link in links)
    return f"<!DOCTYPE html><html><head><title>Jobs</title>{found}</head><body><ul>{anchors}</ul></body></html>"


def federal_job(**values):
    """Return an item of a search result of USAJOBS."""
    descriptor = {
        "PositionID": "USCP-26-031",
        "PositionTitle": "Police Officer",
        "PositionURI": "https://www.usajobs.gov:443/job/812345600",
        "ApplyURI": ["https://www.usajobs.gov:443/job/812345600?PostingChannelID=RESTAPI"],
        "PositionLocationDisplay": "Washington, District of Columbia",
        "PositionLocation": [
            {
                "LocationName": "Washington, District of Columbia",
                "CountryCode": "United States",
                "CountrySubDivisionCode": "District of Columbia",
                "CityName": "Washington, District of Columbia",
                "Longitude": -77.03,
                "Latitude": 38.89,
            }
        ],
        "OrganizationName": "Capitol Police",
        "DepartmentName": "Legislative Branch",
        "JobCategory": [{"Name": "Police", "Code": "0083"}],
        "QualificationSummary": "You must be 21 years old.",
        "PositionRemuneration": [
            {"MinimumRange": "73500.0", "MaximumRange": "101250.0", "RateIntervalCode": "PA", "Description": "Per Year"}
        ],
        "PublicationStartDate": "2026-11-16T00:00:00.0000",
        "ApplicationCloseDate": "2026-12-15T23:59:59.9970",
        "UserArea": {
            "Details": {
                "JobSummary": "Protect the Capitol.",
                "MajorDuties": ["Patrol the grounds.", "Check visitors."],
                "HowToApply": "Apply online.",
            },
            "IsRadialSearch": False,
        },
    } | values
    return {"MatchedObjectId": "812345600", "MatchedObjectDescriptor": descriptor, "RelevanceRank": 0}


def federal_result(*items, all=None):
    result = {"SearchResultCount": len(items), "SearchResultCountAll": all or len(items), "SearchResultItems": items}
    return json.dumps({"LanguageCode": "EN", "SearchParameters": {}, "SearchResult": result})
