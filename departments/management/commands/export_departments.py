from django.core.management.base import BaseCommand

from departments import exports


class Command(BaseCommand):
    help = "Make the file of all departments that visitors can download at /data/. Run it every night."

    def handle(self, **options):
        number = exports.write_archive()
        self.stdout.write(f"Wrote {number:,} departments to {exports.archive()}.")
