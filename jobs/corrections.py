"""What visitors can correct on the page of a job."""

from django.utils.translation import gettext_lazy as _

from departments.corrections.facts import OTHER, Fact

OF_JOBS = {
    "closed": Fact(_("The job is filled or closed"), method="fill_if_open"),
    "title": Fact(_("Title"), ("title",)),
    "kind": Fact(_("Job type"), ("kind", "schedule"), begins_with_current=True),
    "pay": Fact(_("Pay"), ("pay_min", "pay_max", "pay_period"), begins_with_current=True),
    "positions": Fact(_("Positions"), ("positions",)),
    "opens": Fact(_("Posted or opening date"), ("opens_on", "opens_time"), begins_with_current=True),
    "closes": Fact(_("Closing date"), ("closes_on", "closes_time"), begins_with_current=True),
    "apply": Fact(_("How to apply"), ("apply_url", "apply_email", "apply_instructions"), begins_with_current=True),
    "description": Fact(_("About the job"), ("description",), begins_with_current=True),
    "requirements": Fact(_("Requirements"), anchor="structured_requirements-group"),
    "hiring_steps": Fact(_("Hiring steps"), anchor="hiring_steps-group"),
    "other": OTHER,
}
