"""Job feed XML, as applicant-tracking systems write it: ``<source>`` with a ``<job>`` for each opening."""

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.utils.translation import gettext as _

from . import values
from .fetch import Failed, decode
from .html import to_text

ROOTS = {"source", "jobs"}


def read(page, get):
    """Return ``(rows, problems)`` of a feed; a feed is one page."""
    try:
        root = fromstring(decode(page))
    except ParseError as error:
        raise Failed(_("This is not a job feed: its XML is broken or cut off.")) from error
    except DefusedXmlException as error:
        raise Failed(_("This XML defines entities, which are not safe to read.")) from error
    if _name(root) not in ROOTS:
        raise Failed(_("This is not a job feed: it begins with <%s>.") % _name(root)[:50])
    jobs = [job for job in root if _name(job) == "job"]
    return [_row({_name(part): "".join(part.itertext()).strip() for part in job}) for job in jobs], []


def _name(element):
    """Return the name of an element in lower case, without its namespace."""
    return str(element.tag).rpartition("}")[2].lower()


def _row(cells):
    def cell(name):
        return to_text(cells.get(name, ""))

    city, state = cell("city"), cell("state")
    return values.salary(cell("salary")) | {
        # The number in the feed is unique there. Applicants know the one of the requisition.
        "job_id": cell("referencenumber") or cell("requisitionid") or values.number(cell("url")),
        "requisition": cell("requisitionid"),
        "title": cell("title"),
        "employer": cell("company"),
        "city": city,
        "state": state,
        "work_location": values.place(cell("streetaddress"), city, f"{state} {cell('postalcode')}"),
        "category": cell("category"),
        "full_part_time": values.schedule(cell("jobtype")),
        "description": cells.get("description", ""),
        "posting_date": values.date_only(cell("date")),
        "post_until": values.day(cell("expirationdate")),
        "url": cell("url"),
    }
