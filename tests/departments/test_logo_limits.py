"""The limits of uploaded logos: bytes, pixels, memory, and one image at a time."""

import re
import struct
import threading
import zlib
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from departments import logos
from departments.logos import MAX_BYTES

from ..processes import PRODUCTION, python
from .test_logos import FILES, RED, clean, exif, file_of, is_like, quarters, redrawn, refusal


def test_a_file_can_have_at_most_five_megabytes():
    full = FILES["PNG"].ljust(MAX_BYTES, b"\0")
    assert redrawn(full).size == (64, 48)
    assert refusal(full + b"\0") == "This file is too large. The limit is 5 MB."


def bomb(width, height):
    """Return a small file that claims to be a huge image."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


# Pillow warns about the first size and rejects twice as many pixels. Here both are too large.
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    "size", [(4001, 4000), (1, 10_001), (1, 25_000_000), (10_000, 10_000), (60_000, 60_000), (2**31 - 1, 1)]
)
def test_an_image_with_too_many_pixels_is_rejected_before_decoding(size):
    sentence = refusal(bomb(*size))
    assert re.fullmatch(
        r"This image is too large\. The limit is (16|25) million pixels, and 10,000 pixels a side\.", sentence
    )


@pytest.mark.parametrize(
    ("format", "size", "pixels"),
    [("JPEG", (5001, 5000), 25), ("JPEG", (1, 10_001), 25), ("WEBP", (4001, 2000), 8), ("GIF", (4001, 4000), 16)],
)
def test_each_format_has_its_limit(format, size, pixels):
    assert f"The limit is {pixels} million pixels" in refusal(file_of(Image.new("L", size), format))


def test_a_progressive_jpeg_has_a_smaller_limit():
    photo = Image.new("L", (4001, 4000))
    assert "The limit is 16 million pixels" in refusal(file_of(photo, "JPEG", progressive=True))
    assert redrawn(file_of(photo, "JPEG")).size == (480, 480)


def test_a_photo_with_several_images_is_a_jpeg():
    photo = quarters(1600, 1200).convert("RGB")
    picture = redrawn(file_of(photo, "MPO", save_all=True, append_images=[photo], exif=exif(6)))
    assert picture.size == (360, 480) and is_like(picture.getpixel((270, 120)), RED)


def with_chunk(kind, content):
    """Return a PNG file with this chunk before its pixels."""
    at = FILES["PNG"].index(b"IDAT") - 4
    chunk = struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    return FILES["PNG"][:at] + chunk + FILES["PNG"][at:]


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP"])
def test_metadata_that_becomes_huge_is_rejected(kind):
    bomb = with_chunk(kind, b"name\0\0" + zlib.compress(bytes(50_000_000)))
    assert len(bomb) < 60_000
    assert refusal(bomb) == "This image is damaged and can't be opened."


LARGEST = {
    "PNG": ("P", (4000, 4000)),
    "16-bit PNG": ("I;16", (4000, 4000)),
    "WEBP": ("RGBA", (2828, 2828)),
    "GIF": ("P", (4000, 4000)),
    "JPEG": ("CMYK", (5000, 5000)),
}

MEASURE = """
import resource, sys
from django.core.files.uploadedfile import SimpleUploadedFile
from departments.logos import redraw
content = open(sys.argv[1], "rb").read()
redraw(SimpleUploadedFile("small", open(sys.argv[2], "rb").read()))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
redraw(SimpleUploadedFile("large", content))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_images_take_at_most_150_megabytes(name, tmp_path):
    large, small = tmp_path / "large", tmp_path / "small"
    large.write_bytes(file_of(Image.new(*LARGEST[name]), name.split()[-1]))
    small.write_bytes(FILES["PNG"])
    done = python("-c", MEASURE, str(large), str(small), env=PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 150


def test_a_process_decodes_one_image_at_a_time(monkeypatch):
    first_is_in, let_go, decode = threading.Event(), threading.Event(), logos._decode

    def wait(upload):
        first_is_in.set()
        assert let_go.wait(30)
        return decode(upload)

    monkeypatch.setattr(logos, "_decode", wait)
    monkeypatch.setattr(logos, "BUSY_SECONDS", 0.01)
    first = threading.Thread(target=clean, args=[FILES["PNG"]])
    first.start()
    assert first_is_in.wait(30)
    assert refusal(FILES["PNG"]) == "The site is busy with other images. Wait a minute and try again."
    let_go.set()
    first.join()
    assert clean(FILES["PNG"]).size


def test_other_users_of_the_machine_cannot_read_a_stored_logo(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    name = default_storage.save("logos/new.png", clean(FILES["PNG"]))
    modes = [path.stat().st_mode & 0o777 for path in (Path(default_storage.path(name)), settings.MEDIA_ROOT)]
    assert modes == [0o640, 0o750]
