"""System checks of the settings, database, cache and files: ``manage.py check --deploy --database default``."""

import os
import shutil
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.core.checks import Error, Warning
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http.request import validate_host

MIN_FREE_SPACE = 1024**3  # bytes
MAX_CONNECTION_SHARE = 0.8  # of PostgreSQL's limit; commands and restarts need the rest
# The largest public networks, by IP version, that can be those of a few known machines: the CDNs' largest are smaller.
MIN_PREFIX_LENGTH = {4: 12, 6: 24}
ALL_IPV4_IN_IPV6 = ip_network("::ffff:0:0/96")


def check_hosts(app_configs, **kwargs):
    """Check that ALLOWED_HOSTS has only names of the site, and that SITE_URL is one of them, with HTTPS."""
    hosts, site = settings.ALLOWED_HOSTS, urlsplit(settings.SITE_URL)
    wide = [host for host in hosts if host == "*" or host.startswith(".") and "." not in host.strip(".")]
    found = []
    if wide:
        text, hint = f"ALLOWED_HOSTS allows {wide[0]}: names that others own.", "List the names of the site."
        found.append(Error(text, hint=hint, id="policeapp.E008"))
    if site.hostname and not validate_host(site.hostname, hosts):
        text = f"SITE_URL has the name {site.hostname}, which ALLOWED_HOSTS lacks, so its links fail."
        found.append(Error(text, hint="Add the name to ALLOWED_HOSTS, or correct SITE_URL.", id="policeapp.E009"))
    if site.scheme == "http":
        text = "SITE_URL begins with http, so others can read and change what visitors of its links see."
        found.append(Warning(text, hint="Serve the site with HTTPS, and set SITE_URL=https://…", id="policeapp.W004"))
    return found


def check_networks(app_configs, **kwargs):
    """Check that TRUSTED_PROXIES and METRICS_ALLOWED have no network of strangers."""
    problems = {
        "TRUSTED_PROXIES": ("any of them can claim to be another client.", "policeapp.E010"),
        "METRICS_ALLOWED": ("all of them can read the metrics.", "policeapp.E011"),
    }
    return [
        Error(f"{name} has {network}, a network of strangers: {problem}", hint="List only known machines.", id=number)
        for name, (problem, number) in problems.items()
        for network in getattr(settings, name)
        if network != "unix" and _is_wide(ip_network(network, strict=False))
    ]


def _is_wide(network):
    if network == ALL_IPV4_IN_IPV6:
        return True
    return not network.is_private and network.prefixlen < MIN_PREFIX_LENGTH[network.version]


def check_private_files(app_configs, **kwargs):
    """Check that other users of the machine can read neither SQLite's files nor the folder of uploads."""
    paths = [Path(settings.MEDIA_ROOT)]
    if "sqlite" in settings.DATABASES["default"]["ENGINE"]:
        paths += [Path(f"{settings.DATABASES['default']['NAME']}{suffix}") for suffix in ("", "-wal", "-shm")]
    return [
        Warning(f"All users of this machine can read {path}.", hint=f"Run chmod o= {path}", id="policeapp.W005")
        for path in paths
        if path.exists() and path.stat().st_mode & 0o007
    ]


def check_database(app_configs, databases=None, **kwargs):
    """Check that the database answers, has the right settings and has all migrations."""
    if "default" not in (databases or ()):
        return []
    try:
        found = check_sqlite() if connection.vendor == "sqlite" else check_postgresql()
        missing = unapplied_migrations()
    except DatabaseError as error:
        hint = "Check DATABASE_URL and that the server is running. If the database is damaged, restore a backup."
        return [Error(f"The database fails: {error}", hint=hint, id="policeapp.E001")]
    if missing:
        text = f"{len(missing)} migrations are not applied, such as {missing[0]}."
        found.append(Error(text, hint="Run manage.py migrate.", id="policeapp.E002"))
    return found


def check_sqlite():
    """Return messages about an SQLite file."""
    with connection.cursor() as cursor:
        [damage] = cursor.execute("PRAGMA quick_check(1)").fetchone()
        [journal] = cursor.execute("PRAGMA journal_mode").fetchone()
    found = []
    if damage != "ok":
        hint = "Restore the last backup: manage.py restore."
        found.append(Error(f"The database is damaged: {damage}", hint=hint, id="policeapp.E003"))
    if journal != "wal":
        text = f"SQLite's journal mode is {journal} instead of WAL, so readers and writers block each other."
        found.append(Warning(text, hint="Keep the database on a local disk.", id="policeapp.W001"))
    return found


def check_postgresql():
    """Return messages about a PostgreSQL server."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_encoding'), current_setting('max_connections')::int, "
            "(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"
        )
        encoding, limit, used = cursor.fetchone()
    found = []
    if encoding != "UTF8":
        hint = "Move to a database that was created WITH ENCODING 'UTF8'."
        found.append(Error(f"The encoding of the database is {encoding}, not UTF8.", hint=hint, id="policeapp.E004"))
    if used > MAX_CONNECTION_SHARE * limit:
        hint = "Raise max_connections, or lower WEB_CONCURRENCY."
        found.append(Warning(f"{used} of PostgreSQL's {limit} connections are in use.", hint=hint, id="policeapp.W002"))
    return found


def unapplied_migrations():
    """Return the names of migrations that are not applied."""
    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def check_cache(app_configs, **kwargs):
    """Check that the cache returns a value that was stored."""
    cache.set("policeapp.check", "stored", 60)
    if cache.get("policeapp.check") == "stored":
        return []
    hint = "Check CACHE_URL and that the server is running."
    return [Error("The cache does not return stored values.", hint=hint, id="policeapp.E005")]


def check_media(app_configs, **kwargs):
    """Check that files can be written to MEDIA_ROOT, or to where the first upload creates it."""
    root = Path(settings.MEDIA_ROOT)
    try:
        with TemporaryFile(dir=next(folder for folder in (root, *root.parents) if folder.is_dir())):
            return []
    except OSError as error:
        hint = "Give the site's user write access."
        return [Error(f"MEDIA_ROOT is not writable: {error}", hint=hint, id="policeapp.E006")]


def check_disk_space(app_configs, **kwargs):
    """Check that the disks that the site writes to have free space."""
    folders = [Path(settings.MEDIA_ROOT), Path(gettempdir())]
    if "sqlite" in settings.DATABASES["default"]["ENGINE"]:
        folders.append(Path(settings.DATABASES["default"]["NAME"]).parent)
    disks = {os.stat(folder).st_dev: folder for folder in folders if folder.exists()}
    free = {folder: shutil.disk_usage(folder).free for folder in disks.values()}
    return [
        Warning(f"Only {space // 1024**2:,} MB are free in {folder}.", hint="Free up space.", id="policeapp.W003")
        for folder, space in free.items()
        if space < MIN_FREE_SPACE
    ]


def check_static_files(app_configs, **kwargs):
    """Check that the static files of this release are collected."""
    if settings.DEBUG:
        return []
    names = [name for finder in get_finders() for name, _ in finder.list(["CVS", ".*", "*~"])]
    missing = [name for name in names if name not in staticfiles_storage.hashed_files]
    if not missing:
        return []
    text = f"{len(missing)} static files are not in STATIC_ROOT, such as {missing[0]}."
    return [Error(text, hint="Run manage.py collectstatic.", id="policeapp.E007")]
