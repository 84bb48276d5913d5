"""Restoring: an archive that is damaged or does not fit is refused, and nothing has changed."""

import fcntl
import io
import json
import tarfile
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from departments.models import Department
from policeapp import archives
from tests.factories import make_department

from .archives import files_in, members_of


def assert_refused(archive, reason):
    """No restore of the archive, not even one that may replace, changes anything."""
    media = files_in(Path(archives.settings.MEDIA_ROOT))
    with pytest.raises(CommandError, match=reason):
        call_command("restore", archive, replace=True)
    assert [department.name for department in Department.objects.all()] == ["Present Police"]
    assert files_in(Path(archives.settings.MEDIA_ROOT)) == media


def rewrite(archive, members):
    """Put other members into an archive: ``{name: content}``."""
    with tarfile.open(archive, "w:gz") as changed:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            changed.addfile(member, io.BytesIO(content))


def signed(members):
    """The members with sums that are right."""
    members = {name: content for name, content in members.items() if name != "SHA256SUMS"}
    sums = "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in members.items())
    return members | {"SHA256SUMS": sums.encode()}


def test_a_damaged_archive_is_refused_whichever_part_of_it_is_damaged(archive):
    whole, members = archive.read_bytes(), members_of(archive)
    for name, content in members.items():
        middle = len(content) // 2
        damaged = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        rewrite(archive, members | {name: damaged})
        assert_refused(archive, "damaged")
        rewrite(archive, {other: content for other, content in members.items() if other != name})
        assert_refused(archive, "damaged")
    # Between the name at the beginning and the zeros at the end, which say nothing.
    for place in range(100, len(whole) - 200, len(whole) // 7):
        archive.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        assert_refused(archive, "damaged")
        archive.write_bytes(whole[:place])
        assert_refused(archive, "damaged")


def test_an_archive_that_leads_out_of_its_folder_is_refused(archive, tmp_path):
    members = members_of(archive)
    for name in ("../outside", "/outside", "media/../../outside"):
        rewrite(archive, signed(members | {name: b"x"}))
        assert_refused(archive, "damaged")
    with tarfile.open(archive, "w:gz") as changed:
        link = tarfile.TarInfo("media/link")
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path)
        changed.addfile(link)
    assert_refused(archive, "damaged")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"format": 2}, "is of format 2"),
        ({"engine": "oracle"}, "of a site on oracle.* manage.py copy_database"),
        ({"migrations": ["jobs.9999_later"]}, "of a newer version, which has jobs.9999_later"),
    ],
    ids=str,
)
def test_an_archive_that_does_not_fit_is_refused(archive, changed, reason):
    members = members_of(archive)
    manifest = json.loads(members["manifest.json"]) | changed
    rewrite(archive, signed(members | {"manifest.json": json.dumps(manifest).encode()}))
    assert_refused(archive, reason)


def test_a_site_is_replaced_only_on_request(archive):
    with pytest.raises(CommandError, match="The database is not empty. With --replace"):
        call_command("restore", archive)
    assert Department.objects.get().name == "Present Police"


def test_what_is_not_an_archive_is_refused(backups, transactional_db):
    make_department("Present Police")
    (backups / "text").write_text("text")
    assert_refused(backups / "text", "is not an archive of this site")
    assert_refused(backups / "nothing", "nothing: No such file")


def test_what_a_killed_restore_has_left_is_removed_by_the_next_one(archive, settings):
    left = Path(settings.MEDIA_ROOT, ".policeapp-restore")
    (left / "media" / "logos").mkdir(parents=True)
    for name in ("lock", "database.sqlite3", "media/logos/half.png"):
        (left / name).write_text("left")
    call_command("restore", archive, replace=True)
    assert Department.objects.get().name == "Archived Police"
    assert [path.name for path in files_in(Path(settings.MEDIA_ROOT))] == ["picture.png"]


def test_two_restores_do_not_meet(archive, settings):
    left = Path(settings.MEDIA_ROOT, ".policeapp-restore")
    left.mkdir()
    with open(left / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert_refused(archive, "Nothing was restored. Another restore is at work.")
