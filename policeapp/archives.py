"""Archives of the whole site: its database and its uploaded files in one file that can be checked, and put back.

``policeapp-2026-11-23T180000Z.tar.gz`` (the time is UTC) holds, in this order,

    media/...                           the files that rows of the database name
    database.sqlite3 or database.dump   the database as of one moment (policeapp.dumps)
    manifest.json                       what is archived: see _manifest
    SHA256SUMS                          of all of the above, as ``sha256sum --check`` reads them

No secret of the settings is in it, and no session. It holds people's addresses and the hashes of passwords all the
same, so only its owner may read it.

The site goes on running, and yet each row's file must be there. A file is written before the row that names it, and
removed after the row that named it: so whatever the dump names was there at its moment, and only a file that has been
replaced before it could be copied can be missing. Then the database is dumped once more, and what its rows name besides
is added.
"""

import fcntl
import gzip
import hashlib
import json
import os
import re
import shutil
import tarfile
import zlib
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from . import dumps, planner
from .dumps import BackupError
from .media import named_files

FORMAT = 1
NAME = re.compile(r"policeapp-\d{4}-\d\d-\d\dT\d{6}Z\.tar\.gz")
MANIFEST, SUMS, MEDIA = "manifest.json", "SHA256SUMS", "media/"
# Most of the gain for a fraction of the time; pictures are compressed already.
COMPRESSION = 3
# How often the database is dumped while files are replaced faster than they are copied.
ATTEMPTS = 5


class Made(NamedTuple):
    """An archive: its path, its manifest, and how many older ones were removed for it."""

    path: Path
    manifest: dict
    removed: int = 0


def back_up(folder, keep=None):
    """Archive the site in the folder, check the archive, and only then remove the oldest beyond ``keep``; ``Made``.

    It has its name once it is complete and on the disk; what a run that was killed has left, the next one removes.
    Raises BackupError, OSError and the database's errors.
    """
    path = folder / f"policeapp-{timezone.now().astimezone(UTC):%Y-%m-%dT%H%M%SZ}.tar.gz"
    with _workshop(folder, ".policeapp-backup", "Another backup is being made there.") as workshop:
        if path.exists():
            raise BackupError(f"{path} has just been made.")
        partial = workshop / path.name
        _write(partial)
        manifest = verify(partial)
        partial.rename(path)
        _keep_name(folder)
    return Made(path, manifest, _remove_oldest(path, keep) if keep else 0)


def verify(path):
    """The manifest of an archive that is as it was written. Raises BackupError where it is not, and OSError."""
    sums, texts = {}, {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                if not member.isfile() or not _stays_inside(member.name) or member.name in sums:
                    raise BackupError(f"{path} is damaged: {member.name} should not be in it.")
                content = archive.extractfile(member)
                if member.name in (MANIFEST, SUMS):
                    texts[member.name] = content.read().decode()
                    content.seek(0)
                sums[member.name] = hashlib.file_digest(content, "sha256").hexdigest()
        stated = {name: sum for sum, _, name in (line.partition("  ") for line in texts[SUMS].splitlines())}
        manifest = json.loads(texts[MANIFEST])
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError, KeyError) as problem:
        raise BackupError(f"{path} is not an archive of this site, or it is damaged: {problem}.") from problem
    del sums[SUMS]
    if wrong := sorted(name for name in stated.keys() | sums.keys() if stated.get(name) != sums.get(name)):
        raise BackupError(f"{path} is damaged: {', '.join(wrong[:3])} is not what SHA256SUMS says.")
    return manifest


def _stays_inside(name):
    """Whether the name leads to no place but one in the folder that it is extracted to."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and str(path) == name


def restore(path, replace=False):
    """Put the site of an archive in the place of this one, whose database must be empty unless ``replace``; ``Made``.

    Nothing is touched before the whole archive has been checked. Files come first and the database last, at one stroke,
    so that the site as it was goes on when anything fails. Uploaded files that the archive does not have stay, and what
    a run that was killed has left, the next one removes. The migrations that the archive does not know yet are applied.
    Raises BackupError, OSError and the database's errors.
    """
    manifest = verify(path)
    _refuse_what_does_not_fit(manifest, replace)
    media = Path(settings.MEDIA_ROOT)
    media.mkdir(parents=True, exist_ok=True)
    workshop = _workshop(media, ".policeapp-restore", "Another restore is at work.")
    with workshop as folder, tarfile.open(path, "r:gz") as archive:
        # Python before 3.11.4, such as Debian 12's, has no filter and asks for none; verify() has looked at all names.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(folder)  # nosec B202 # only plain files with harmless names
        _put_files(folder / MEDIA, media)
        dumps.load(folder / dumps.NAMES[connection.vendor])
    call_command("migrate", interactive=False, verbosity=0)
    planner.learn()
    return Made(path, manifest)


def _write(path):
    """Write the archive to a new file, beside which the database is dumped."""
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=COMPRESSION) as archive:
            members = _Members(archive)
            database, contents, missing = _dump_with_files(path.parent, members)
            members.add(database.name, database)
            manifest, sums = path.with_name(MANIFEST), path.with_name(SUMS)
            manifest.write_text(json.dumps(_manifest(contents, missing), indent=1) + "\n")
            members.add(MANIFEST, manifest)
            sums.write_text("".join(f"{sum}  {name}\n" for name, sum in members.sums.items()))
            members.add(SUMS, sums)
        file.flush()
        os.fsync(file.fileno())


def _dump_with_files(folder, members):
    """Dump the database, and add the files that it names; ``(path, contents, names of files that are missing)``."""
    for _ in range(ATTEMPTS):
        database, contents = dumps.dump(folder)
        missing = {name for name in sorted(contents.files) if not members.add_media(name)}
        # Those that are named still were lost some time ago; the others have just been replaced.
        if missing <= named_files():
            return database, contents, missing
    raise BackupError("Files are being replaced faster than they can be copied: try again when less goes on.")


class _Members:
    """Adds members to an archive; ``sums`` are their SHA-256 sums by name."""

    def __init__(self, archive):
        self.archive, self.sums = archive, {}

    def add(self, name, path):
        with open(path, "rb") as file:
            stat = os.fstat(file.fileno())
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = stat.st_size, int(stat.st_mtime), 0o600
            content = _Summed(file)
            self.archive.addfile(member, content)
            self.sums[name] = content.sum.hexdigest()

    def add_media(self, name):
        """Whether an uploaded file is there; it is added, unless it has been."""
        try:
            if MEDIA + name not in self.sums:
                self.add(MEDIA + name, default_storage.path(name))
        except (FileNotFoundError, SuspiciousFileOperation):
            return False
        return True


class _Summed:
    """A file that is read once; ``sum`` is of what has been read."""

    def __init__(self, file):
        self.file, self.sum = file, hashlib.sha256()

    def read(self, size):
        content = self.file.read(size)
        self.sum.update(content)
        return content


def _manifest(contents, missing):
    """What there is to know of an archive, for who restores it and for who looks into it."""
    return {
        "format": FORMAT,
        "made": timezone.now().isoformat(timespec="seconds"),
        "engine": connection.vendor,
        "version": dumps.version(),
        "files": len(contents.files - missing),
        "missing_files": sorted(missing),
        "rows": contents.rows,
        "migrations": contents.migrations,
    }


@contextmanager
def _workshop(folder, name, busy):
    """A folder in the folder, for what is not complete yet and for one run at a time; it is gone afterwards.

    Raises BackupError, saying that it is ``busy`` while another run has it.
    """
    if not folder.is_dir():
        raise BackupError(f"There is no folder {folder}.")
    workshop = folder / name
    workshop.mkdir(mode=0o700, exist_ok=True)
    with open(workshop / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(busy) from None
        try:
            for left in workshop.iterdir():
                if left.is_dir():
                    shutil.rmtree(left)
                elif left.name != "lock":
                    left.unlink()
            yield workshop
        finally:
            shutil.rmtree(workshop)


def _keep_name(folder):
    """The folder's entries are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_oldest(newest, keep):
    others = sorted(path for path in newest.parent.iterdir() if NAME.fullmatch(path.name) and path != newest)
    oldest = others[: max(0, len(others) + 1 - keep)]
    for path in oldest:
        path.unlink()
    return len(oldest)


def _refuse_what_does_not_fit(manifest, replace):
    if manifest.get("format") != FORMAT:
        raise BackupError(f"The archive is of format {manifest.get('format')}, which this version does not know.")
    if manifest["engine"] != connection.vendor:
        raise BackupError(
            f"The archive is of a site on {manifest['engine']}, and this one runs on {connection.vendor}. "
            "Restore it to a database of its kind, and move that with manage.py copy_database."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if newer := sorted(set(manifest["migrations"]) - known):
        raise BackupError(f"The archive is of a newer version, which has {newer[0]}: update this one first.")
    dumps.refuse_newer(manifest["version"])
    if not replace and not dumps.is_empty():
        raise BackupError("The database is not empty. With --replace, all that it holds is replaced.")


def _put_files(source, target):
    """Move the files into their places, each as if it had been uploaded there."""
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.chmod(settings.FILE_UPLOAD_PERMISSIONS)
        path.replace(place)
