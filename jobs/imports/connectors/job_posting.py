"""schema.org JobPosting: the structured data of the careers pages of departments, as JSON-LD.

A page has the postings, or a list of links to pages with one posting each. Search engines read the same data, so many
systems write it, each in its own way: https://schema.org/JobPosting
"""

import json
import re
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from django.utils.translation import gettext as _

from . import values
from .fetch import Failed, decode
from .html import to_text
from .values import as_dict, as_list

MAX_PAGES = 50  # beside the first
DEEPEST = 12  # levels of JSON at which postings are searched
# What some sites write before their JSON, and after it.
BEFORE = re.compile(r"\s*(?:<!--|//\s*<!\[CDATA\[|/\*.*?\*/)?\s*", re.DOTALL)
AFTER = re.compile(r"(?:\s|;|-->|//|\]\]>)*")
DECODER = json.JSONDecoder(strict=False)
FILES = re.compile(r"\.(pdf|docx?|xlsx?|jpe?g|png|gif|zip|ics|xml|css|js)\Z", re.IGNORECASE)


def read(page, get):
    """Return ``(rows, problems)`` of a page and, if it has no postings itself, of the pages that it links to."""
    first = _Page(decode(page), page.url)
    postings, problems = [(posting, page.url) for posting in first.postings()], list(first.problems)
    links = [] if postings else first.links()
    if len(links) > MAX_PAGES:
        problems.append(_("The page has more than %d links. Only the first were read.") % MAX_PAGES)
    for url in links[:MAX_PAGES]:
        try:
            linked = get(url)
        except Failed as problem:
            problems.append(f"{url}: {problem}")
            continue
        found = _Page(decode(linked), linked.url) if linked.status == 200 else None
        if found:
            postings += [(posting, linked.url) for posting in found.postings()]
            problems += [f"{url}: {problem}" for problem in found.problems]
    return [_row(posting, url) for posting, url in postings], problems


class _Page(HTMLParser):
    """The JSON-LD and the links of a page. ``problems`` are sentences about JSON that can't be read."""

    def __init__(self, text, url):
        super().__init__()
        self.url, self.base, self.is_json, self.scripts, self.hrefs, self.problems = url, url, False, [], [], []
        self.feed(text)
        self.close()
        if self.is_json:
            self.problems.append(_("The page is cut off."))
        self.values = list(filter(None, map(self._load, self.scripts)))

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "script" and "ld+json" in (values.get("type") or "").lower():
            self.is_json = True
            self.scripts.append("")
        elif tag == "a" and values.get("href"):
            self.hrefs.append(values["href"])
        elif tag == "base" and values.get("href"):
            self.base = urljoin(self.url, values["href"])

    def handle_data(self, data):
        if self.is_json:
            self.scripts[-1] += data

    def handle_endtag(self, tag):
        if tag == "script":
            self.is_json = False

    def _load(self, text):
        """Return the value of a script. Strings may have line breaks, which JSON does not allow."""
        try:
            value, end = DECODER.raw_decode(text, BEFORE.match(text).end())
            if not AFTER.fullmatch(text, end):
                raise ValueError("There is something after the JSON.")
            return value
        except (ValueError, RecursionError):
            if "JobPosting" in text:
                self.problems.append(_("The structured data of a job is not valid JSON."))

    def postings(self):
        return [found for value in self.values for found in _find("JobPosting", value)]

    def links(self):
        """Return the URLs of the pages that may have a posting each: those of a list, else those below this page."""
        items = [item for value in self.values for found in _find("ItemList", value) for item in _items(found)]
        here, begin = urlsplit(self.url), urlsplit(self.url).path.rpartition("/")[0] + "/"
        urls = [urldefrag(urljoin(self.base, href.strip()))[0] for href in items or self.hrefs if _is_url(href)]
        return [
            url
            for url in dict.fromkeys(urls)
            if urlsplit(url)[:2] == here[:2]
            and url != urldefrag(self.url)[0]
            and (items or urlsplit(url).path.startswith(begin))
            and not FILES.search(urlsplit(url).path)
        ]


def _is_url(href):
    try:
        return bool(urlsplit(href.strip()).path)
    except ValueError:
        return False


def _find(kind, value, depth=0):
    """Yield the objects of a type of schema.org anywhere in a value."""
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        if kind in {str(each).rpartition("/")[2].rpartition(":")[2] for each in as_list(value.get("@type"))}:
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _find(kind, each, depth + 1)


def _items(item_list):
    """Return the URLs of an ItemList."""
    items = [each if isinstance(each, dict) else {"url": each} for each in as_list(item_list.get("itemListElement"))]
    urls = [each.get("url") or each.get("item") for each in items]
    return [
        url if isinstance(url, str) else str(as_dict(url).get("url") or as_dict(url).get("@id") or "") for url in urls
    ]


def _row(posting, url):
    def text(name):
        return "\n\n".join(filter(None, map(_text, as_list(posting.get(name)))))

    address = _address(posting.get("jobLocation"))
    url = urljoin(url, text("url")) if text("url") else url
    number = to_text(_text(posting.get("identifier"), "value"))
    contact = as_dict(posting.get("applicationContact"))
    return _pay(posting.get("baseSalary") or posting.get("estimatedSalary")) | {
        "job_id": number or values.number(url),
        "requisition": number,
        "title": to_text(text("title") or text("name")),
        "employer": to_text(text("hiringOrganization")),
        "city": address["city"],
        "state": address["state"],
        "work_location": address["line"],
        "category": to_text(text("occupationalCategory") or text("industry")),
        "full_part_time": values.schedule(" ".join(map(str, as_list(posting.get("employmentType"))))),
        "positions": str(posting.get("totalJobOpenings") or ""),
        "description": text("description")
        + "".join(f"\n\n{duties}" for duties in [text("responsibilities")] if duties),
        "min_qualifications": "\n\n".join(
            filter(None, map(text, ("qualifications", "educationRequirements", "experienceRequirements")))
        ),
        "preferred_skills": text("skills"),
        "hours_shift": text("workHours"),
        "additional_info": text("jobBenefits"),
        "apply_email": str(contact.get("email") or "").removeprefix("mailto:"),
        "posting_date": values.date_only(text("datePosted")),
        "post_until": values.day(text("validThrough")),
        "url": url,
    }


def _text(value, *names):
    """Return the text of a value: of an object, that of its name, description or whatever ``names`` come first."""
    if isinstance(value, dict):
        names = (*names, "name", "description", "credentialCategory", "@value")
        return next((found for name in names if (found := _text(value.get(name)))), "")
    if isinstance(value, list):
        return next(filter(None, map(_text, value)), "")
    return "" if value is None or isinstance(value, bool) else str(value).strip()


def _address(places):
    """Return the city and the state, if there is one place, and an address on one line."""
    found = [_one_address(place) for place in as_list(places)]
    line = "; ".join(dict.fromkeys(each["line"] for each in found if each["line"]))
    return (found[0] if len(found) == 1 else {"city": "", "state": ""}) | {"line": line}


def _one_address(place):
    address = place.get("address") or place.get("name") if isinstance(place, dict) else place
    if isinstance(address, list):
        address = next(iter(address), "")
    if not isinstance(address, dict):
        return {"city": "", "state": "", "line": values.place(to_text(str(address or "")))}
    street, city, state, code = (
        to_text(_text(address.get(name)))
        for name in ("streetAddress", "addressLocality", "addressRegion", "postalCode")
    )
    return {"city": city, "state": state, "line": values.place(street, city, f"{state} {code}")}


def _pay(salary):
    """Return the columns of a salary: a number, a text, a MonetaryAmount or a range. Other currencies are left out."""
    salary = next(iter(as_list(salary)), None)
    if not isinstance(salary, dict):
        return values.salary(str(salary or ""))
    amount = salary.get("value", salary)
    amount = next(iter(as_list(amount)), None)
    if not isinstance(amount, dict):
        amount = {"value": amount}
    if str(salary.get("currency") or amount.get("currency") or "USD").upper() not in ("USD", "$"):
        return {}
    lowest = amount.get("minValue", salary.get("minValue")) or amount.get("value") or ""
    highest = amount.get("maxValue", salary.get("maxValue")) or ""
    unit = str(amount.get("unitText") or salary.get("unitText") or "")
    if isinstance(lowest, str) and not highest and not unit:
        return values.salary(lowest)
    return {"salary_from": str(lowest), "salary_to": str(highest), "salary_frequency": unit}
