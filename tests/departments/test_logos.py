"""Uploaded logos: images in four formats become new PNG files; other files are form errors."""

import errno
import random
import re
import struct
from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from departments.logos import LogoField
from departments.models import Department
from tests.admin import errors_of, html_of, page, save, saved
from tests.factories import make_department, set_by, text_of

RED, GREEN, BLUE = (220, 30, 30, 255), (30, 160, 30, 255), (30, 30, 220, 255)
SECRET = b"where-it-was-taken"


def quarters(width=64, height=48):
    """Red and green above, blue and nothing below."""
    picture = Image.new("RGBA", (width, height))
    picture.paste(RED, (0, 0, width // 2, height // 2))
    picture.paste(GREEN, (width // 2, 0, width, height // 2))
    picture.paste(BLUE, (0, height // 2, width // 2, height))
    return picture


def file_of(picture, format="PNG", **options):
    output = BytesIO()
    picture.save(output, format, **options)
    return output.getvalue()


def clean(content, name="logo.png"):
    """Return the value of the form field for an uploaded file."""
    return LogoField().clean(SimpleUploadedFile(name, content))


def redrawn(content, name="logo.png"):
    return Image.open(clean(content, name))


def chunks(png):
    """Return the types of a PNG file's chunks, in order. Fail if there are bytes before or after them."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    kinds, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kinds.append(png[at + 4 : at + 8])
        at += 12 + length
    assert at == len(png) and kinds[-1] == b"IEND"
    return kinds


def refusal(content, name="logo.png"):
    with pytest.raises(ValidationError) as refused:
        clean(content, name)
    (sentence,) = refused.value.messages
    return sentence


def is_like(pixel, color, tolerance=12):
    return all(abs(a - b) <= tolerance for a, b in zip(pixel, color, strict=True))


def exif(orientation=1):
    """Return metadata with a location and an orientation."""
    metadata = Image.Exif()
    metadata[0x0112] = orientation
    metadata[0x010E] = SECRET.decode()
    metadata.get_ifd(0x8825).update({1: "N", 2: (41.0, 8.0, 24.0), 3: "W", 4: (73.0, 21.0, 36.0)})
    return metadata


FILES = {
    "PNG": file_of(quarters()),
    "JPEG": file_of(quarters().convert("RGB"), "JPEG", quality=95),
    "WEBP": file_of(quarters(), "WEBP", lossless=True),
    "GIF": file_of(quarters().convert("P"), "GIF"),
}


@pytest.mark.parametrize("format", FILES)
def test_each_format_becomes_a_png_with_the_same_image(format):
    picture = redrawn(FILES[format], f"logo.{format.lower()}")
    assert (picture.format, picture.mode, picture.size) == ("PNG", "RGBA", (64, 48))
    for where, color in (((16, 12), RED), ((48, 12), GREEN), ((16, 36), BLUE)):
        assert is_like(picture.getpixel(where), color)


def test_transparency_stays():
    assert redrawn(FILES["PNG"]).getpixel((48, 36))[3] == 0


@pytest.mark.parametrize(
    "name",
    [
        "logo.png",
        "logo.PNG.exe",
        "../../etc/passwd",
        "<script>.png",
        "logo",
        "x" * 300 + ".png",
        "logo\u202egnp.exe",
        "no-picture.txt",
    ],
)
def test_the_name_of_the_upload_is_not_used(name):
    assert re.fullmatch(r"[0-9a-f]{32}\.png", clean(FILES["PNG"], name).name)


def test_the_same_image_twice_gets_two_names():
    assert clean(FILES["PNG"]).name != clean(FILES["PNG"]).name


def with_metadata(format):
    if format == "PNG":
        notes = PngInfo()
        notes.add_text("Comment", SECRET.decode())
        notes.add_itxt("XML:com.adobe.xmp", SECRET.decode(), zip=True)
        return file_of(quarters(), pnginfo=notes, exif=exif(), icc_profile=SECRET)
    if format == "GIF":
        return file_of(quarters().convert("P"), "GIF", comment=SECRET)
    picture = quarters().convert("RGB")
    return file_of(picture, format, exif=exif(), icc_profile=SECRET, xmp=SECRET)


@pytest.mark.parametrize("format", FILES)
def test_metadata_is_removed(format):
    uploaded = with_metadata(format)
    assert SECRET in uploaded
    stored = clean(uploaded + b"<script>" + SECRET).read()
    assert SECRET not in stored and b"script" not in stored
    assert set(chunks(stored)) == {b"IHDR", b"IDAT", b"IEND"}
    assert not Image.open(BytesIO(stored)).getexif()


def test_bytes_after_the_image_are_removed():
    stored = clean(FILES["JPEG"] + b"PK\x03\x04 an archive behind it").read()
    assert b"archive" not in stored
    assert chunks(stored)[-1] == b"IEND"


@pytest.mark.parametrize(
    ("orientation", "size", "red"),
    [(1, (64, 48), (16, 12)), (3, (64, 48), (48, 36)), (6, (48, 64), (36, 16)), (8, (48, 64), (12, 48))],
)
def test_a_rotated_photo_becomes_upright(orientation, size, red):
    picture = redrawn(file_of(quarters().convert("RGB"), "JPEG", quality=95, exif=exif(orientation)))
    assert picture.size == size
    assert is_like(picture.getpixel(red), RED)


@pytest.mark.parametrize(
    ("size", "stored"), [((1600, 800), (480, 240)), ((300, 1200), (120, 480)), ((20, 30), (20, 30))]
)
def test_a_large_image_is_scaled_down_and_a_small_one_is_not(size, stored):
    assert redrawn(file_of(quarters(*size))).size == stored


def test_the_first_frame_of_an_animation_is_used():
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "green", "blue")]
    for format in ("GIF", "WEBP", "PNG"):
        picture = redrawn(file_of(frames[0], format, save_all=True, append_images=frames[1:]))
        assert getattr(picture, "n_frames", 1) == 1
        assert is_like(picture.getpixel((10, 10)), (255, 0, 0, 255))


@pytest.mark.parametrize(
    ("mode", "format", "color", "seen"),
    [
        ("1", "PNG", 1, (255, 255, 255, 255)),
        ("L", "PNG", 100, (100, 100, 100, 255)),
        ("L", "JPEG", 100, (100, 100, 100, 255)),
        ("LA", "PNG", (100, 128), (100, 100, 100, 128)),
        ("I;16", "PNG", 0x6400, (100, 100, 100, 255)),
        ("P", "PNG", 0, (0, 0, 0, 255)),
        ("CMYK", "JPEG", (0, 255, 255, 0), (255, 0, 0, 255)),
        ("RGBA", "WEBP", (10, 200, 10, 255), (10, 200, 10, 255)),
    ],
)
def test_every_color_mode_is_converted(mode, format, color, seen):
    assert is_like(redrawn(file_of(Image.new(mode, (20, 20), color), format)).getpixel((10, 10)), seen)


def test_a_transparent_palette_color_stays_transparent():
    picture = Image.new("P", (20, 20), 0)
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.paste(1, (10, 0, 20, 20))
    for format in ("PNG", "GIF"):
        drawn = redrawn(file_of(picture, format, transparency=1))
        assert drawn.getpixel((5, 5)) == (255, 0, 0, 255)
        assert drawn.getpixel((15, 5))[3] == 0


@pytest.mark.parametrize("format", FILES)
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_half_an_image_is_rejected(format, share):
    content = file_of(noise(), format)
    assert refusal(content[: int(len(content) * share)]) == "This image is damaged and can't be opened."


def noise():
    dice = random.Random(3)
    return Image.frombytes("RGB", (64, 48), dice.randbytes(64 * 48 * 3))


NO_PICTURES = {
    "a page": b"<!doctype html><script>alert(1)</script>",
    "a drawing": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "a drawing that says it is XML": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "a page that begins like a GIF": b"GIF89a<script>alert(1)</script>",
    "a document": b"%PDF-1.7",
    "a program for printers": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "words": b"just words",
    "the beginning of a PNG": b"\x89PNG\r\n\x1a\n",
    "a BMP": file_of(Image.new("RGB", (8, 8)), "BMP"),
    "a TIFF": file_of(Image.new("RGB", (8, 8)), "TIFF"),
    "an icon": file_of(Image.new("RGBA", (16, 16)), "ICO"),
}


@pytest.mark.parametrize("content", NO_PICTURES.values(), ids=NO_PICTURES.keys())
def test_other_files_are_rejected_whatever_their_name(content):
    assert refusal(content, "logo.png") in (
        "This is not a PNG, JPEG, WebP or GIF image.",
        "This image is damaged and can't be opened.",
    )


def test_an_empty_file_is_rejected():
    assert refusal(b"") == "The submitted file is empty."


def test_damaged_metadata_is_ignored():
    # The resolution is text instead of a number, and the orientation is sideways.
    entries = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0) + struct.pack("<HHI4s", 0x011A, 2, 4, b"abc\0")
    tiff = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 2) + entries + struct.pack("<I", 0)
    uploaded = file_of(quarters().convert("RGB"), "JPEG", exif=b"Exif\0\0" + tiff)
    assert redrawn(uploaded).format == "PNG"


@given(data=st.data(), format=st.sampled_from(list(FILES)))
@settings(max_examples=150, deadline=None)
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
def test_a_damaged_file_becomes_an_image_or_a_form_error(data, format):
    content = bytearray(FILES[format])
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(1, len(content))) :]
    try:
        stored = clean(bytes(content)).read()
    except ValidationError as refused:
        assert refused.messages
    else:
        assert set(chunks(stored)) == {b"IHDR", b"IDAT", b"IEND"}


def test_a_logo_can_stay_or_be_left_blank():
    field = LogoField(required=False)
    assert field.clean(None, None) is None
    assert field.clean(None, "logos/present.png") == "logos/present.png"
    assert field.clean(False, "logos/present.png") is False


@pytest.fixture
def stored(settings, tmp_path):
    """The names of the stored logos."""
    settings.MEDIA_ROOT = tmp_path
    return lambda: sorted(path.name for path in tmp_path.rglob("*") if path.is_file())


def test_saving_other_fields_keeps_the_logo(db, stored):
    make_department(logo=clean(FILES["PNG"]))
    before = stored()
    Department.objects.get().publish()
    assert stored() == before != []


def test_the_profile_shows_the_logo(client, db, stored):
    department = make_department(logo=clean(FILES["PNG"]))
    (name,) = stored()
    page = " ".join(client.get(department.get_absolute_url()).content.decode().split())
    assert f'src="/media/logos/{name}" alt="Logo for: Westport Police Department"' in page
    picture = client.get(f"/media/logos/{name}")
    assert picture["Content-Type"] == "image/png"
    assert Image.open(BytesIO(picture.getvalue())).size == (64, 48)


class TestInTheAdmin:
    """A logo is uploaded in the form, redrawn and shown."""

    def picture(self, kind="PNG", size=(900, 300)):
        output = BytesIO()
        Image.new("RGB", size, "navy").save(output, kind)
        return SimpleUploadedFile(f"../../our logo.{kind.lower()}", output.getvalue(), f"image/{kind.lower()}")

    def test_a_valid_logo_is_stored_with_a_random_name_and_shown(self, alice, own, client):
        assert "No logo yet. The site shows a generic badge." in text_of(alice.get(page(own)))
        assert saved(save(alice, own, logo=self.picture("JPEG")))
        own.refresh_from_db()
        assert re.fullmatch(r"logos/[0-9a-f]{32}\.png", own.logo.name)
        form = html_of(alice.get(page(own)))
        assert form.count(f'<img src="{own.logo.url}" alt="" width="104" height="104">') == 2
        assert "On a light screen" in form and "On a dark screen" in form
        profile = " ".join(html_of(client.get(own.get_absolute_url())).split())
        assert f'src="{own.logo.url}" alt="Logo for: Own Police"' in profile
        shown = client.get(own.logo.url)
        with Image.open(BytesIO(b"".join(shown))) as picture:
            assert (picture.format, picture.size) == ("PNG", (480, 160))
        assert own.sources["logo"]["set_by"] == set_by("alice")

    def test_saving_again_keeps_the_logo(self, alice, own):
        save(alice, own, logo=self.picture())
        own.refresh_from_db()
        name = own.logo.name
        assert saved(save(alice, own, chief_name="New Chief"))
        own.refresh_from_db()
        assert own.logo.name == name

    def test_the_logo_can_be_removed(self, alice, own):
        save(alice, own, logo=self.picture())
        assert saved(save(alice, own, **{"logo-clear": "on"}))
        own.refresh_from_db()
        assert not own.logo

    @pytest.mark.parametrize("change", ["replaced", "cleared"])
    def test_pages_that_are_cached_elsewhere_still_find_the_old_one(self, alice, own, client, change):
        save(alice, own, logo=self.picture())
        own.refresh_from_db()
        url = own.logo.url
        assert saved(save(alice, own, **({"logo": self.picture()} if change == "replaced" else {"logo-clear": "on"})))
        own.refresh_from_db()
        assert not own.logo or own.logo.url != url
        response = client.get(url)
        assert response.status_code == 200
        response.close()

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"#!/bin/sh\necho no picture\n", "This is not a PNG, JPEG, WebP or GIF image."),
            (
                b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
                "This is not a PNG, JPEG, WebP or GIF image.",
            ),
            (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "This "),
            (b"", "The submitted file is empty."),
            (b"x" * (5 * 1024 * 1024 + 1), "This file is too large. The limit is 5 MB."),
        ],
        ids=["script", "svg", "damaged", "empty", "too large"],
    )
    @pytest.mark.any_engine
    def test_an_invalid_logo_is_a_form_error_and_the_old_one_stays(self, alice, own, content, words):
        save(alice, own, logo=self.picture())
        own.refresh_from_db()
        name = own.logo.name
        response = save(alice, own, logo=SimpleUploadedFile("logo.png", content, "image/png"), chief_name="New Chief")
        assert list(errors_of(response)) == ["logo"]
        assert words in errors_of(response)["logo"][0]
        own.refresh_from_db()
        assert (own.logo.name, own.chief_name) == (name, "Ann Chief")

    @pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO"])
    @pytest.mark.any_engine
    def test_an_image_in_another_format_is_a_form_error(self, alice, own, kind):
        response = save(alice, own, logo=self.picture(kind, (64, 64)))
        assert errors_of(response) == {"logo": ["This is not a PNG, JPEG, WebP or GIF image."]}

    def test_an_editor_can_change_the_logo(self, bob, own):
        assert saved(save(bob, own, logo=self.picture()))
        own.refresh_from_db()
        assert own.logo


def test_a_full_disk_is_a_form_error(alice, westport, monkeypatch, stored):
    logo = SimpleUploadedFile("logo.png", file_of(quarters()))

    def fill_disk(self, name, content):
        Path(self.path(name)).parent.mkdir(parents=True, exist_ok=True)
        Path(self.path(name)).write_bytes(b"half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStorage, "_save", fill_disk)
        response = save(alice, westport, logo=logo, about="Another text")
    assert "disk is full" in errors_of(response)["logo"][0]
    assert "Another text" in html_of(response), "what was typed is still there"
    westport.refresh_from_db()
    assert not westport.logo and stored() == []
    logo.seek(0)
    assert saved(save(alice, westport, logo=logo))
    westport.refresh_from_db()
    assert [f"logos/{name}" for name in stored()] == [westport.logo.name]
