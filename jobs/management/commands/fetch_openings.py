from django.core.management.base import BaseCommand, CommandError

from departments.models import Department
from jobs.imports.connectors import runs
from jobs.models import Connector


class Command(BaseCommand):
    help = "Fetch the openings of the connectors that are due, or try a list by hand without changing anything."

    def add_arguments(self, parser):
        parser.add_argument(
            "--try",
            nargs=2,
            metavar=("FORMAT", "URL"),
            dest="trial",
            help=f"fetch a list and print its first openings; FORMAT is {', '.join(Connector.Format.values)}",
        )

    def handle(self, *, trial, **options):
        if trial:
            return self.try_out(*trial)
        runs.run_trials()
        results = runs.run_due()
        for connector, problem in results:
            self.stdout.write(f"{connector}: {problem or 'done'}")
        failed = sum(bool(problem) for _connector, problem in results)
        self.stdout.write(f"Fetched {len(results) - failed} lists, and failed to fetch {failed}.")

    def try_out(self, form, url):
        if form not in Connector.Format.values:
            raise CommandError(f"FORMAT must be one of: {', '.join(Connector.Format.values)}.")
        # A department that is not saved: it takes all openings, whatever employers the list names.
        department = Department(pk=0, name="Department", state="DC", status=Department.Status.PUBLISHED)
        trial = runs.try_out(Connector(name="trial", format=form, url=url, department=department))
        for job in runs.jobs_of(trial, department):
            self.stdout.write(f"{job.external_id}  {job.title}  ({job.pay or 'pay not stated'}, {job.until})")
            self.stdout.write(f"    {job.apply_url or job.apply_email}\n    {' '.join(job.description.split())[:200]}")
        for column, reason, number, _line in trial["rejections"]:
            self.stdout.write(f"Rejected {number} × {column}: {reason}")
        self.stdout.write(f"The list has {trial['number']} openings. Nothing was changed.")
        if trial["problem"]:
            raise CommandError(trial["problem"])
