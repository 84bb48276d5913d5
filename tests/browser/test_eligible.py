"""A visitor uses "Am I eligible?". The browser stores no answers and sends none to other pages."""

import pytest
from playwright.sync_api import expect

from jobs.models import Job

from ..factories import make_requirements


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["with scripts", "without scripts"])
def test_a_visitor_sees_which_jobs_they_qualify_for(visit, neighborhood, java_script_enabled):
    make_requirements(Job.objects.get(title="Police Officer"), minimum_age=21, drivers_license="required")
    make_requirements(Job.objects.get(title="Dispatcher"), minimum_age=18)
    page = visit("/jobs/?near=06880&within=100", java_script_enabled=java_script_enabled)
    page.get_by_role("link", name="Am I eligible?").click()
    expect(page.get_by_label("Near")).to_have_value("06880")
    page.get_by_label("Your age").fill("20")
    page.get_by_label("Driver's license").select_option("Valid driver's license")
    page.get_by_role("button", name="Show jobs").click()

    met = page.get_by_role("region", name="You meet the stated requirements (1)")
    not_met = page.get_by_role("region", name="You don't meet a stated requirement (1)")
    expect(met.get_by_role("link")).to_have_text("Dispatcher")
    expect(not_met.get_by_role("link")).to_have_text("Police Officer")
    expect(not_met).to_contain_text("Minimum age is 21; you are 20")
    expect(page.get_by_label("Your age")).to_have_value("20")
    assert page.context.cookies() == []

    with page.expect_request("**/jobs/*police-officer/") as request:
        not_met.get_by_role("link").click()
    assert "referer" not in request.value.all_headers()
    expect(page.get_by_role("heading", name="Police Officer")).to_be_visible()
