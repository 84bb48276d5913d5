"""Backups: archives that usual tools read, complete or not there, and no more of them than are wanted."""

import json
import os
import resource
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection

from policeapp import archives, dumps
from tests.factories import make_department

from .archives import Site, members_of
from .processes import ROOT, environment, new_sqlite


def test_an_archive_can_be_looked_into_with_usual_tools(archive, tmp_path):
    members = list(members_of(archive))
    assert members == ["media/logos/picture.png", dumps.NAMES[connection.vendor], "manifest.json", "SHA256SUMS"]
    subprocess.run(["tar", "--extract", "--file", archive, "--directory", tmp_path], check=True)
    checked = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True)
    assert checked.returncode == 0 and checked.stdout.count(": OK\n") == 3
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert (manifest["format"], manifest["engine"], manifest["files"]) == (1, connection.vendor, 1)
    assert manifest["rows"]["departments_department"] == 1
    assert "policeapp.0001_initial" in manifest["migrations"]


def test_a_logo_that_is_replaced_meanwhile_does_not_leave_a_row_without_its_file(
    backups, transactional_db, monkeypatch
):
    department, dump, dumped = make_department(logo=ContentFile(b"old", "old.png")), dumps.dump, []

    def dump_and_replace(workshop):
        result = dump(workshop)
        if not dumped:
            department.logo = ContentFile(b"new", "new.png")
            department.save()
        dumped.append(result[1].files)
        return result

    monkeypatch.setattr(dumps, "dump", dump_and_replace)
    made = archives.back_up(backups)
    assert dumped == [{"logos/old.png"}, {"logos/new.png"}]
    assert members_of(made.path)["media/logos/new.png"] == b"new"
    assert (made.manifest["files"], made.manifest["missing_files"]) == (1, [])


def test_the_oldest_archives_are_removed_once_there_is_a_new_one_and_nothing_else_is(backups, transactional_db, capsys):
    old = [backups / f"policeapp-2020-01-0{day}T000000Z.tar.gz" for day in (1, 2, 3, 4)]
    strange = [backups / name for name in ("policeapp.tar.gz", "policeapp-2020-01-01T000000Z.tar.gz.old", "a.txt")]
    for path in old + strange:
        path.write_text("")
    call_command("backup", backups, keep=3)
    assert "; 2 older removed." in capsys.readouterr().out
    assert [path for path in old + strange if path.exists()] == old[2:] + strange
    with pytest.raises(CommandError, match="--keep takes a number from 1"):
        call_command("backup", backups, keep=0)


def test_nothing_is_removed_and_nothing_left_when_there_is_no_room(backups, transactional_db):
    old = backups / "policeapp-2020-01-01T000000Z.tar.gz"
    old.write_text("")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(CommandError, match="^There is no backup") as refusal:
            call_command("backup", backups, keep=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "\n" not in str(refusal.value)
    assert list(backups.iterdir()) == [old]


def test_there_is_no_backup_where_there_is_no_folder(backups, transactional_db):
    with pytest.raises(CommandError, match="There is no folder .*elsewhere"):
        call_command("backup", backups / "elsewhere")


def test_a_killed_backup_leaves_no_archive_and_is_in_nobodys_way(tmp_path):
    """It is killed while it copies a file, which is a pipe here that nobody writes to."""
    backups, pipe = tmp_path / "backups", tmp_path / "media" / "logos" / "pipe.png"
    pipe.parent.mkdir(parents=True)
    backups.mkdir()
    os.mkfifo(pipe)
    site = Site(new_sqlite(tmp_path / "db.sqlite3"), tmp_path / "media", "")
    script = "import sys, django; django.setup(); from django.core.management import call_command"
    script += "; from tests.factories import make_department; make_department(logo='logos/pipe.png')"
    script += "; call_command('backup', sys.argv[1])"
    command = [sys.executable, "-c", script, str(backups)]
    with subprocess.Popen(command, cwd=ROOT, env=environment(site.env)) as running:
        while not list(backups.rglob("*.tar.gz")):
            assert running.poll() is None
        with pytest.raises(dumps.BackupError, match="Another backup is being made there"):
            archives.back_up(backups)
        running.kill()
    assert [path.name for path in backups.iterdir()] == [".policeapp-backup"]
    pipe.unlink()
    pipe.write_bytes(b"picture")
    assert site.manage("backup", str(backups)).returncode == 0
    [archive] = backups.iterdir()
    assert members_of(archive)["media/logos/pipe.png"] == b"picture"


def test_postgresqls_programs_must_be_there_and_of_the_servers_version(tmp_path, settings, monkeypatch):
    server = SimpleNamespace(vendor="postgresql", pg_version=150004, get_connection_params=dict)
    monkeypatch.setattr(dumps, "connection", server)
    settings.POSTGRES_BIN = str(tmp_path)
    with pytest.raises(dumps.BackupError, match="There is no pg_restore: install .* of version 15, or name"):
        dumps.load(tmp_path / "database.dump")
    (tmp_path / "pg_restore").write_text("#!/bin/sh\necho 'pg_restore (PostgreSQL) 16.2 (Debian 16.2-1)'\n")
    (tmp_path / "pg_restore").chmod(0o755)
    with pytest.raises(dumps.BackupError, match="pg_restore is of version 16, and the server of 15: install"):
        dumps.load(tmp_path / "database.dump")
    with pytest.raises(dumps.BackupError, match="It is of PostgreSQL 16, and the server is of 15"):
        dumps.refuse_newer(16)
    dumps.refuse_newer(14)
