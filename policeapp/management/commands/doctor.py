"""``manage.py doctor``: what is wrong with this installation, and what to do about it."""

import json

from django.core.management.base import BaseCommand, CommandError

from policeapp.health import examine


class Command(BaseCommand):
    help = "Look at all that the site needs, and say in words what is wrong and what to do."
    # They are among what it looks at.
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", dest="as_json", help="print what is found as JSON")

    def handle(self, *, as_json, **options):
        found = []
        for finding in examine():
            found.append(finding)
            if not as_json:
                self.stdout.write(f"{finding.state}: {finding.subject}: {finding.said}")
        if as_json:
            self.stdout.write(json.dumps([finding._asdict() for finding in found]))
        if any(finding.state == "wrong" for finding in found):
            raise CommandError("Something is wrong.")
