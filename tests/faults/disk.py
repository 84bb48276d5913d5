"""The disk is full while a logo is uploaded, a form is saved and a file is imported. Then it has room again.

The disk is a small tmpfs. Without the permission to mount one, a limit on the size of files replaces it.
"""

import random
import resource
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image

from . import site
from .report import Bar, Row

MEGABYTES = 128
ADD, IMPORT = "/admin/departments/specialization/add/", "/admin/policeapp/import/add/"
LOGO_ERROR = "The image can&#x27;t be stored"


class Tmpfs:
    """A small disk. ``fill`` writes a file that takes all free space."""

    name, prefix = f"tmpfs of {MEGABYTES} MB", []

    def __init__(self, folder):
        self.ballast = folder / "ballast"

    def fill(self, server):
        with open(self.ballast, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass

    def free(self, server):
        self.ballast.unlink()


class FileLimit:
    """A substitute that needs no mount: the server's processes cannot write to files."""

    name, prefix = "limit on the size of files", ["prlimit", "--fsize=0"]

    def __init__(self, folder):
        pass

    def fill(self, server):
        self._limit(server, 0)

    def free(self, server):
        self._limit(server, resource.RLIM_INFINITY)

    def _limit(self, server, size):
        for pid in site.workers_of(server.process.pid):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@contextmanager
def small_disk(folder):
    """Yield ``(folder on the disk, Tmpfs or FileLimit)``."""
    place = folder / "disk"
    place.mkdir()
    mounted = not subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", place], capture_output=True
    ).returncode
    try:
        yield place, (Tmpfs if mounted else FileLimit)(place)
    finally:
        if mounted:
            subprocess.run(["umount", place], check=True)


def rows(case):
    with small_disk(case.folder) as (place, disk):
        url, media = case.sqlite(place), place / "media"
        media.mkdir()
        with site.serving(url, MEDIA_ROOT=str(media), WEB_CONCURRENCY="1") as server:
            admin = site.Admin(url)
            clerk = Clerk(server, admin, url, place, disk)
            clerk.save("Before")
            admin.get(server, "/admin/")  # shows the message about it, which changes the session
            disk.fill(server)
            yield from clerk.when_full(media)
            disk.free(server)
            yield clerk.when_free(media)


class Clerk:
    """An administrator who does the same work on a full disk and on one with room."""

    def __init__(self, server, admin, url, place, disk):
        self.server, self.admin, self.url, self.disk = server, admin, url, disk
        self.path = Path(url.removeprefix("sqlite:///"))
        department = self.one("SELECT id FROM departments_department WHERE slug = 'westport-police-department'")
        self.westport = f"/admin/departments/department/{department}/change/"
        self.form = admin.form(server, self.westport)
        self.file = place.parent / "some.csv"
        towns = "".join(f"Town {number} Police Department,TX,Town {number}\n" for number in range(5_000))
        self.file.write_text("name,state,city\n" + towns)

    def one(self, query):
        with closing(sqlite3.connect(self.path)) as database:
            return database.execute(query).fetchone()[0]

    def upload(self):
        noise = Image.frombytes("RGB", (480, 480), random.Random(1).randbytes(480 * 480 * 3))
        file = BytesIO()
        noise.save(file, "PNG")
        return self.admin.post(self.server, self.westport, self.form, logo=("noise.png", file.getvalue()))

    def save(self, name):
        return self.admin.post(self.server, ADD, {"name": name, "slug": name.lower()})

    def save_much(self):
        """Save more text than fits into the free space inside SQLite's files."""
        return self.admin.post(self.server, self.westport, self.form | {"about": "A long text. " * 700})

    def import_file(self):
        values = {"kind": "departments", "source": "", "as_of": ""}
        return self.admin.post(self.server, IMPORT, values, file=("some.csv", self.file.read_bytes()))

    def run_import(self):
        prefix = self.disk.prefix
        return site.command("import_departments", str(self.file), prefix=prefix, DATABASE_URL=self.url)

    def when_full(self, media):
        departments, imports = self.number_of("departments_department"), self.number_of("policeapp_import")
        status, _, text = self.upload()
        yield Row(
            f"disk full ({self.disk.name}): a logo is uploaded",
            {"status": status},
            [
                Bar(
                    "responses other than the form with an error beside the logo",
                    not (status == 200 and LOGO_ERROR in text),
                    0,
                ),
                Bar("files left behind", files_in(media), 0),
            ],
        )
        answers = [self.save_much() for _ in range(40)]
        unavailable = [text for status, _, text in answers if status == 503]
        statuses = [status for status, *_ in answers]
        yield Row(
            "disk full: a long text is saved, 40 times",
            {"× saved": statuses.count(302), "× 503": len(unavailable)},
            [
                Bar("responses other than 302 and 503", sum(status not in (302, 503) for status in statuses), 0),
                Bar(
                    "503 without a button to send it again", sum("Send it again" not in text for text in unavailable), 0
                ),
                Bar("times that the disk was not full", not unavailable, 0),
            ],
        )
        status, _, text = self.import_file()
        done = self.run_import()
        lines = done.stderr.strip().splitlines()
        yield Row(
            "disk full: a file is imported",
            {"status of the upload": status, "lines of the command": len(lines)},
            [
                Bar("uploads with an unexpected status", status not in (200, 302, 503), 0),
                Bar("commands without a one-line error", not (done.returncode == 1 and len(lines) == 1), 0),
                Bar("departments added", self.number_of("departments_department") - departments, 0),
                Bar(
                    "imports stored without a redirect",
                    self.number_of("policeapp_import") - imports - (status == 302),
                    0,
                ),
            ],
        )
        statuses = [site.ask(self.server, "GET", path, {})[0] for path in (site.WESTPORT, "/departments/", "/jobs/")]
        yield Row(
            "disk full: pages are read", {"× 200": statuses.count(200)}, [Bar("others", 3 - statuses.count(200), 0)]
        )

    def when_free(self, media):
        statuses = [answer[0] for answer in (self.upload(), self.save("After"), self.import_file())]
        done = self.run_import()
        return Row(
            "the disk has room again",
            {"× done": statuses.count(302) + (done.returncode == 0)},
            [
                Bar("forms that fail", 3 - statuses.count(302), 0),
                Bar("commands that fail", done.returncode, 0),
                Bar("logos that are missing", 1 - files_in(media), 0),
                Bar("databases that fail integrity_check", self.one("PRAGMA integrity_check") != "ok", 0),
            ],
        )

    def number_of(self, table):
        return self.one(f"SELECT count(*) FROM {table}")


def files_in(folder):
    return sum(path.is_file() for path in folder.rglob("*"))
