"""Backups: the database and the uploaded files in one archive, such as policeapp-2026-11-23T180000Z.tar.gz (UTC).

The database is dumped before the files are copied. Unused files are deleted only after 30 days (operations/media.py),
so the archive has each file that the dump refers to. Gzip's checksum protects the archive.
"""

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import time
import zlib
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.apps import apps
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.core.files.utils import validate_file_name
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg.pq import Conninfo

from ..database.copying import FILLED_BY_MIGRATIONS

# Sessions would let people in, failed sign-ins may contain mistyped passwords, and counts expire.
EXCLUDED = (
    "sessions.Session",
    "usersessions.UserSession",
    "axes.AccessAttempt",
    "axes.AccessAttemptExpiration",
    "policeapp.RateCount",
)
DUMP, MANIFEST, MEDIA = "database", "manifest.json", "media/"


def back_up(folder, keep=None):
    """Write an archive to `folder` and return its path. Then delete all but the newest `keep` archives there."""
    path = folder / f"policeapp-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.tar.gz"
    for leftover in folder.glob(".policeapp-*"):  # of a run that was killed
        if leftover.stat().st_mtime < time.time() - 12 * 3600:
            shutil.rmtree(leftover, ignore_errors=True)
    with TemporaryDirectory(prefix=".policeapp-", dir=folder) as work:
        partial = Path(work, path.name)
        _write(partial)
        verify(partial)
        partial.rename(path)
    if keep:
        others = set(folder.glob("policeapp-????-??-??T??????Z.tar.gz")) - {path}
        for old in sorted(others, reverse=True)[keep - 1 :]:
            old.unlink()
    return path


def _write(path):
    manifest, dump, media = path.with_name(MANIFEST), path.with_name(DUMP), Path(settings.MEDIA_ROOT)
    applied = [f"{app}.{name}" for app, name in MigrationLoader(connection).applied_migrations]
    manifest.write_text(json.dumps({"engine": connection.vendor, "migrations": applied}))
    _dump(dump)
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=3, dereference=True) as tar:
            tar.add(manifest, MANIFEST)
            tar.add(dump, DUMP)
            for upload in filter(Path.is_file, sorted(media.rglob("*"))):
                with suppress(FileNotFoundError):  # deleted in the meantime
                    tar.add(upload, MEDIA + upload.relative_to(media).as_posix())
        file.flush()
        os.fsync(file.fileno())


def verify(path):
    """Return the manifest of an archive, or raise CommandError if it is damaged."""
    try:
        with gzip.open(path) as content:
            while content.read(1024 * 1024):  # read to the end, where the checksum is
                pass
        with tarfile.open(path, "r:gz") as tar:
            for member in tar:
                validate_file_name(member.name, allow_relative_path=True)
                if not member.isfile():
                    raise ValueError(f"{member.name} is not a file")
            tar.getmember(DUMP)
            return json.load(tar.extractfile(MANIFEST))
    except (tarfile.TarError, OSError, zlib.error, EOFError, KeyError, ValueError, SuspiciousFileOperation) as error:
        raise CommandError(f"{path} is damaged or not a backup: {error}") from error


def restore(path, replace=False):
    """Load an archive: its files, then its database in one transaction. Rows are deleted only if `replace` is true."""
    manifest = verify(path)
    if manifest["engine"] != connection.vendor:
        raise CommandError(f"The archive is from {manifest['engine']}, and this site runs on {connection.vendor}.")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := sorted(set(manifest["migrations"]) - known):
        raise CommandError(f"The archive is from a newer version of the site, which has the migration {unknown[0]}.")
    if not replace and _has_rows():
        raise CommandError("The database is not empty. Add --replace to delete everything in it.")
    uploads = FileSystemStorage(allow_overwrite=True, **settings.STORAGES["default"].get("OPTIONS", {}))
    with TemporaryDirectory() as work, tarfile.open(path, "r:gz") as tar:
        for member in tar:
            storage = uploads if member.name.startswith(MEDIA) else FileSystemStorage(work)
            storage.save(member.name.removeprefix(MEDIA), File(tar.extractfile(member)))
        _load(Path(work, DUMP), replace)
    call_command("migrate", interactive=False, verbosity=0)


def _has_rows():
    tables = connection.introspection.table_names()
    models = [model for model in apps.get_models() if model._meta.db_table in tables]
    return any(model._base_manager.exists() for model in models if model not in FILLED_BY_MIGRATIONS)


def _dump(path):
    tables = [apps.get_model(label)._meta.db_table for label in EXCLUDED]
    if connection.vendor == "postgresql":
        options = ["--format=custom", "--compress=0", *(f"--exclude-table-data={table}" for table in tables)]
        return _run("pg_dump", *options, f"--file={path}")
    with closing(sqlite3.connect(path)) as copy:
        connection.connection.backup(copy)
        for table in tables:
            copy.execute(f'DELETE FROM "{table}"')  # nosec B608
        copy.commit()
        copy.execute("VACUUM")  # remove deleted rows from the file


def _load(path, replace):
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(path)) as copy:
            return copy.backup(connection.connection)
    script, names = path.with_suffix(".sql"), connection.introspection.table_names() if replace else []
    _run("pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", f"--file={script}", path)
    # Use psql, because pg_restore cannot drop tables that are not in the dump, such as those of a newer version.
    first = ["SET statement_timeout = 0; SET lock_timeout = '30s'", *(f'DROP TABLE "{name}" CASCADE' for name in names)]
    options = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")
    _run("psql", *options, f"--command={'; '.join(first)}", f"--file={script}")


def _run(program, *arguments):
    # Pass the password in the environment, because all users of the machine can see the arguments.
    params = connection.get_connection_params()
    names = {option.keyword.decode(): option.envvar.decode() for option in Conninfo.get_defaults() if option.envvar}
    env = os.environ | {names[key]: str(value) for key, value in params.items() if key in names}
    done = subprocess.run([program, *arguments], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise CommandError(f"{program} failed: {done.stderr.strip()}")
