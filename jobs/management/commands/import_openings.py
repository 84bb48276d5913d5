from jobs.imports.openings import PostingImporter
from policeapp.imports.commands import BaseImportCommand


class Command(BaseImportCommand):
    help = "Import job openings at departments of the directory from a CSV file, all or nothing."

    importer = PostingImporter
