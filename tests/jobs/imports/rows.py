"""Rows for ``manage.py import_openings``."""

ORI = "NY0303000"


def post(**values):
    """Return a complete row for the public."""
    return {
        "source": "city_list",
        "snapshot_date": "2026-06-23",
        "job_id": "757172",
        "employer": "POLICE DEPARTMENT",
        "employer_ori": ORI,
        "city": "New York",
        "state": "NY",
        "title": "Agency Attorney",
        "posting_type": "External",
        "positions": "2",
        "full_part_time": "F",
        "salary_from": "52110",
        "salary_to": "60000",
        "salary_frequency": "Annual",
        "description": "Advise.",
        "to_apply": "Write to the bureau.",
        "posting_date": "2026-06-16T00:00:00.000",
        "post_until": "16-JUL-2099",
    } | values


def counts(**numbers):
    return {"read": 0, "created": 0, "updated": 0, "unchanged": 0, "skipped": 0, "rejected": 0} | numbers
