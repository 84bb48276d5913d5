"""Backups are complete and old ones are deleted; restoring a damaged archive changes nothing."""

import io
import json
import os
import resource
import subprocess
import tarfile
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection

from departments.models import Department
from policeapp.operations import backups
from tests.factories import make_department

from ...processes import PRODUCTION, python


@pytest.fixture
def folder(tmp_path, settings, transactional_db, postgres_programs):
    """The folder for the archives."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    made = tmp_path / "backups"
    made.mkdir()
    return made


@pytest.fixture
def archive(folder):
    """An archive with one department. The site now has another department instead."""
    department = make_department("Archived Police", logo=ContentFile(b"picture", "picture.png"))
    path = backups.back_up(folder)
    department.delete()
    Path(department.logo.path).unlink()
    make_department("Present Police")
    return path


def members_of(archive):
    with tarfile.open(archive) as opened:
        return {member.name: opened.extractfile(member).read() for member in opened}


def rewrite(archive, **changes):
    """Replace members of an archive, with a valid checksum; None removes a member."""
    members = {name: content for name, content in (members_of(archive) | changes).items() if content is not None}
    with tarfile.open(archive, "w:gz") as changed:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            changed.addfile(member, io.BytesIO(content))


def names():
    return [department.name for department in Department.objects.all()]


def files():
    return sorted(path.name for path in Path(backups.settings.MEDIA_ROOT).rglob("*") if path.is_file())


def assert_refused(archive, reason):
    """Assert that a restore with --replace fails and changes nothing."""
    with pytest.raises(CommandError, match=reason):
        call_command("restore", archive, replace=True)
    assert (names(), files()) == (["Present Police"], [])


class TestBackup:
    def test_common_tools_can_check_and_open_an_archive(self, archive, tmp_path):
        subprocess.run(["gzip", "--test", archive], check=True)
        subprocess.run(["tar", "--extract", "--file", archive, "--directory", tmp_path], check=True)
        assert (tmp_path / "media/logos/picture.png").read_bytes() == b"picture"
        manifest = json.loads((tmp_path / "manifest.json").read_text())
        assert manifest["engine"] == connection.vendor
        assert "policeapp.0001_initial" in manifest["migrations"]

    def test_a_logo_that_is_replaced_during_the_backup_is_in_the_archive(self, folder, monkeypatch):
        department, dump = make_department(logo=ContentFile(b"old", "old.png")), backups._dump

        def dump_and_replace(path):
            dump(path)
            department.logo = ContentFile(b"new", "new.png")
            department.save()

        monkeypatch.setattr(backups, "_dump", dump_and_replace)
        path = backups.back_up(folder)
        call_command("restore", path, replace=True)
        with Department.objects.get().logo.open() as logo:
            assert logo.read() == b"old"

    def test_a_file_that_is_deleted_during_the_backup_does_not_break_it(self, folder, monkeypatch):
        """departments.logos.check_room writes and deletes such files."""
        for name in ("a", "b"):
            make_department(name, logo=ContentFile(b"picture", f"{name}.png"))
        add = tarfile.TarFile.add

        def delete_and_add(tar, path, name):
            (Path(backups.settings.MEDIA_ROOT) / "logos/b.png").unlink(missing_ok=True)
            add(tar, path, name)

        monkeypatch.setattr(tarfile.TarFile, "add", delete_and_add)
        path = backups.back_up(folder)
        assert [name for name in members_of(path) if name.startswith("media/")] == ["media/logos/a.png"]

    def test_only_the_oldest_archives_are_deleted(self, folder):
        old = [folder / f"policeapp-2020-01-0{day}T000000Z.tar.gz" for day in (1, 2, 3, 4)]
        others = [folder / name for name in ("policeapp.tar.gz", "policeapp-2020-01-01T000000Z.tar.gz.old", "a.txt")]
        for path in old + others:
            path.write_text("")
        call_command("backup", folder, keep=3)
        assert [path for path in old + others if path.exists()] == old[2:] + others
        with pytest.raises(CommandError, match="--keep must be at least 1"):
            call_command("backup", folder, keep=0)

    def test_a_later_backup_deletes_the_remains_of_a_killed_one(self, folder):
        for name in ("killed", "running"):
            (folder / f".policeapp-{name}").mkdir()
            (folder / f".policeapp-{name}" / "database").write_text("half")
        os.utime(folder / ".policeapp-killed", (0, 0))
        path = backups.back_up(folder)
        assert sorted(folder.iterdir()) == [folder / ".policeapp-running", path]

    def test_a_full_disk_deletes_no_archive_and_leaves_no_remains(self, folder):
        old = folder / "policeapp-2020-01-01T000000Z.tar.gz"
        old.write_text("")
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
        try:
            with pytest.raises(CommandError, match="^The backup failed|^pg_dump failed"):
                call_command("backup", folder, keep=1)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert list(folder.iterdir()) == [old]

    def test_a_missing_folder_is_an_error(self, folder):
        with pytest.raises(CommandError, match="The backup failed: .*elsewhere"):
            call_command("backup", folder / "elsewhere")


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (None, "No such file or directory: 'pg_dump'"),
        ("echo wrong version >&2; exit 1", "pg_dump failed: wrong version"),
    ],
)
def test_it_reports_errors_of_postgresqls_programs(postgresql, tmp_path, program, reason):
    if program:
        (tmp_path / "pg_dump").write_text(f"#!/bin/sh\n{program}\n")
        (tmp_path / "pg_dump").chmod(0o755)
    done = python("manage.py", "backup", tmp_path, env=PRODUCTION | {"DATABASE_URL": postgresql, "PATH": str(tmp_path)})
    assert done.returncode == 1
    assert reason in done.stderr and "Traceback" not in done.stderr


class TestRestore:
    def test_a_damaged_archive_is_rejected_wherever_it_is_damaged(self, archive):
        whole = archive.read_bytes()
        for place in range(100, len(whole), len(whole) // 7):
            archive.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
            assert_refused(archive, "damaged")
            archive.write_bytes(whole[:place])
            assert_refused(archive, "damaged")

    @pytest.mark.parametrize("name", ["../outside", "/outside", "media/../../outside"])
    def test_an_archive_with_paths_outside_of_its_folder_is_rejected(self, archive, name):
        rewrite(archive, **{name: b"x"})
        assert_refused(archive, "path traversal")

    def test_an_archive_with_links_is_rejected(self, archive, tmp_path):
        with tarfile.open(archive, "w:gz") as changed:
            link = tarfile.TarInfo("media/link")
            link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path)
            changed.addfile(link)
        assert_refused(archive, "media/link is not a file")

    @pytest.mark.parametrize("name", ["database", "manifest.json"])
    def test_an_incomplete_archive_is_rejected(self, archive, name):
        rewrite(archive, **{name: None})
        assert_refused(archive, "not a backup")

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"engine": "oracle"}, "is from oracle"),
            ({"migrations": ["jobs.9999_later"]}, "from a newer version .* jobs.9999_later"),
        ],
        ids=["engine", "migrations"],
    )
    def test_an_archive_of_another_engine_or_version_is_rejected(self, archive, changed, reason):
        manifest = json.loads(members_of(archive)["manifest.json"]) | changed
        rewrite(archive, **{"manifest.json": json.dumps(manifest).encode()})
        assert_refused(archive, reason)

    def test_other_files_are_rejected(self, archive):
        archive.write_text("text")
        assert_refused(archive, "not a backup")
        assert_refused(archive.with_name("nothing"), "nothing.*No such file")

    def test_an_invalid_dump_does_not_change_the_database(self, archive):
        rewrite(archive, database=b"no dump of a database" * 1000)
        with pytest.raises(CommandError, match="^The restore failed|^pg_restore failed"):
            call_command("restore", archive, replace=True)
        assert names() == ["Present Police"]

    def test_a_site_is_replaced_only_on_request(self, archive):
        with pytest.raises(CommandError, match="The database is not empty. Add --replace"):
            call_command("restore", archive)
        assert (names(), files()) == (["Present Police"], [])
        call_command("restore", archive, replace=True)
        assert (names(), files()) == (["Archived Police"], ["picture.png"])

    def test_tables_of_a_later_version_are_deleted_with_the_rest(self, archive):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE later (department_id bigint REFERENCES departments_department (id))")
        call_command("restore", archive, replace=True)
        assert names() == ["Archived Police"]
        assert "later" not in connection.introspection.table_names()
