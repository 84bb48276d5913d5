"""Job feed XML becomes rows of openings."""

import pytest

from jobs.imports.connectors.fetch import Failed
from jobs.imports.connectors.job_feed import read

from .pages import feed, feed_job, page

pytestmark = pytest.mark.any_engine


def rows(content):
    found, problems = read(page(content), None)
    assert problems == []
    return found


def test_a_job_becomes_a_row_with_our_columns():
    (row,) = rows(feed(feed_job()))
    assert row == {
        "job_id": "HS-1001",
        "requisition": "2026-014",
        "title": "Police Officer",
        "employer": "Town of Westport",
        "city": "Westport",
        "state": "CT",
        "work_location": "50 Jesup Road, Westport, CT 06880",
        "category": "Public Safety",
        "full_part_time": "full time",
        "description": "<p>Patrol the <b>town</b>.</p><ul><li>Answer calls</li><li>Write reports</li></ul>",
        "salary_from": "35.50",
        "salary_to": "48.00",
        "salary_frequency": "hour",
        "posting_date": "2020-11-20",
        "post_until": "2099-12-31",
        "url": "https://hire.example.com/westport/jobs/1001?source=feed",
    }


def test_names_in_capitals_and_in_a_namespace_are_read_too():
    content = '<Source xmlns="urn:feed"><Job><Title>Officer</Title><ReferenceNumber>7</ReferenceNumber></Job></Source>'
    (row,) = rows(content)
    assert (row["title"], row["job_id"]) == ("Officer", "7")


def test_a_job_without_a_reference_number_has_that_of_its_requisition_or_of_its_page():
    found = rows(feed(feed_job(referencenumber=""), feed_job(referencenumber="", requisitionid="")))
    assert [row["job_id"] for row in found] == ["2026-014", "/westport/jobs/1001?source=feed"]


def test_text_keeps_its_characters_in_any_encoding():
    text = feed(feed_job(title="Officer – Peñasco", description="Don’t"))
    for encoding in ("utf-8", "cp1252", "utf-16"):
        (row,) = rows(text.encode(encoding))
        assert row["title"] == "Officer – Peñasco", encoding
    (row,) = rows(feed(feed_job(title="Police &amp; Fire Dispatcher")))
    assert row["title"] == "Police & Fire Dispatcher"


def test_a_feed_without_jobs_has_no_rows():
    assert rows(feed()) == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "broken or cut off"),
        (feed(feed_job())[:-20], "broken or cut off"),
        ("<!DOCTYPE html><html><body>Please sign in</body></html>", "begins with <html>"),
        ("<html><body><p>Down for maintenance<br></body></html>", "broken or cut off"),
        ("<rss><channel/></rss>", "begins with <rss>"),
        ('{"jobs": []}', "broken or cut off"),
        (
            '<!DOCTYPE source [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
            "<source><job><title>&b;</title></job></source>",
            "entities",
        ),
        ('<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><source><job>&x;</job></source>', "entities"),
    ],
)
def test_what_is_not_a_feed_fails(content, problem):
    with pytest.raises(Failed, match=problem):
        read(page(content), None)
