"""The search of USAJOBS, the job board of the federal government: https://developer.usajobs.gov/api-reference/"""

import json
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.utils.translation import gettext as _

from ...models.connectors import USAJOBS
from . import values
from .fetch import Failed
from .html import to_text
from .values import as_dict, as_list

HOST = urlsplit(USAJOBS).hostname
ORIGIN = ("https", HOST)
# Police, corrections, criminal investigation, dispatch, and police clerks and cadets.
SERIES = "0083;0007;1811;2151;0080"
URL = f"{USAJOBS}api/Search?{urlencode({'JobCategoryCode': SERIES, 'ResultsPerPage': 500})}"
MAX_PAGES, PLACES_SHOWN = 20, 10
PERIODS = {
    "PA": "year", "Per Year": "year", "PH": "hour", "Per Hour": "hour", "PD": "day", "Per Day": "day", "PM": "month",
    "Per Month": "month", "BW": "biweekly", "Bi-weekly": "biweekly",
}  # fmt: skip


def headers(url):
    """Return the headers that name us to USAJOBS. The key goes to no other host, and only encrypted."""
    if urlsplit(url)[:2] != ORIGIN:
        return {}
    return {"User-Agent": settings.USAJOBS_EMAIL, "Authorization-Key": settings.USAJOBS_KEY}


def read(page, get):
    """Return ``(rows, problems)`` of all pages of a search."""
    found, expected = _result(page)
    for number in range(2, MAX_PAGES + 1):
        if len(found) >= expected:
            break
        found += _result(get(_page_url(page.url, number)))[0]
    numbers = {"found": len(found), "expected": expected}
    cut_off = [_("USAJOBS has %(expected)d jobs, but listed only %(found)d.") % numbers]
    return [_row(as_dict(item)) for item in found], cut_off if len(found) < expected else []


def _result(page):
    try:
        result = json.loads(page.content)["SearchResult"]
        items = [item["MatchedObjectDescriptor"] for item in result["SearchResultItems"]]
        return items, int(result.get("SearchResultCountAll") or len(items))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Failed(_("This is not a search result of USAJOBS.")) from error


def _page_url(url, number):
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query)) | {"Page": number}
    return urlunsplit(parts._replace(query=urlencode(query)))


def _row(item):
    details = as_dict(as_dict(item.get("UserArea")).get("Details"))
    places = [as_dict(place) for place in as_list(item.get("PositionLocation"))]
    pay = as_dict(next(iter(as_list(item.get("PositionRemuneration"))), None))
    # A job at several places has no city or state of its own.
    city, state = (places[0].get("CityName"), places[0].get("CountrySubDivisionCode")) if len(places) == 1 else ("", "")
    number = str(item.get("PositionID") or "")
    return {
        "job_id": number,
        "requisition": number,
        "title": to_text(str(item.get("PositionTitle") or "")),
        "employer": str(item.get("OrganizationName") or ""),
        "city": str(city or "").partition(",")[0],
        "state": str(state or ""),
        "work_location": _places(places),
        "salary_from": str(pay.get("MinimumRange") or ""),
        "salary_to": str(pay.get("MaximumRange") or ""),
        "salary_frequency": PERIODS.get(str(pay.get("RateIntervalCode")), ""),
        "description": _paragraphs(details.get("JobSummary"), *as_list(details.get("MajorDuties"))),
        "min_qualifications": _paragraphs(item.get("QualificationSummary")),
        "to_apply": _paragraphs(details.get("HowToApply")),
        "posting_date": values.date_only(item.get("PublicationStartDate") or ""),
        "post_until": values.day(item.get("ApplicationCloseDate") or ""),
        "url": str(item.get("PositionURI") or "").replace(":443/", "/"),
    }


def _places(places):
    names = list(dict.fromkeys(str(place.get("LocationName") or place.get("CityName") or "") for place in places))
    shown = "; ".join(filter(None, names[:PLACES_SHOWN]))
    more = len(names) - PLACES_SHOWN
    return shown if more <= 0 else _("%(places)s and %(number)d more places") % {"places": shown, "number": more}


def _paragraphs(*texts):
    return "\n\n".join(str(text) for text in texts if text)
