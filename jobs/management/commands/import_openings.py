from jobs.imports.openings import PostingImporter
from policeapp.imports.commands import BaseImportCommand


class Command(BaseImportCommand):
    help = "Import job openings from a CSV file. Their departments must be in the directory."

    importer = PostingImporter
