"""What a redrawn logo looks like: its colors, its backing, the frame of an animation, and its shape."""

from io import BytesIO

import pytest
from PIL import Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo

from .test_logos import BLUE, GREEN, RED, clean, file_of, is_like, quarters, redrawn, refusal

pytestmark = pytest.mark.any_engine

NAVY = (15, 39, 64, 255)
WHITE, BLACK, NOTHING = (255, 255, 255, 255), (0, 0, 0, 255), (0, 0, 0, 0)


def badge(edge, inside=None, size=(120, 120), around=NOTHING):
    """Return a circle with an edge of this color on a background, which is transparent by default."""
    picture = Image.new("RGBA", size, around)
    ImageDraw.Draw(picture).ellipse((10, 10, size[0] - 10, size[1] - 10), fill=inside or edge, outline=edge, width=8)
    return picture


def test_a_white_logo_on_nothing_gets_a_dark_backing():
    logo = redrawn(file_of(badge(WHITE, size=(600, 600))))
    assert max(logo.size) <= 480 and logo.size[0] == logo.size[1]
    assert is_like(logo.getpixel((0, 0)), NAVY) and is_like(logo.getpixel((240, 240)), WHITE)
    small = redrawn(file_of(badge(WHITE, GREEN)))
    assert small.size == (140, 140), "120 pixels, and a margin of 10 on each side"
    assert is_like(small.getpixel((70, 70)), GREEN)


@pytest.mark.parametrize(
    "logo",
    [
        badge(BLACK),
        badge(BLACK, WHITE),
        badge(RED, WHITE),
        badge(WHITE, around=WHITE),
        Image.new("RGBA", (50, 50), WHITE),
        Image.new("RGBA", (50, 50), NOTHING),
    ],
    ids=["black", "white in black", "white in red", "white on white", "all white", "nothing"],
)
def test_other_logos_get_none(logo):
    drawn = redrawn(file_of(logo))
    assert drawn.size == logo.size
    assert drawn.getpixel((0, 0))[3] == logo.getpixel((0, 0))[3]


def swapped():
    """Return a color profile whose red is the green of sRGB, and the other way around."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_color_profiles_are_applied_and_removed(format):
    picture = quarters() if format == "PNG" else quarters().convert("RGB")
    drawn = redrawn(file_of(picture, format, icc_profile=swapped(), quality=95, lossless=True))
    red = drawn.getpixel((16, 12))
    assert red[1] > 150 > red[0], "its red is shown as green"
    assert "icc_profile" not in drawn.info
    if format == "PNG":
        assert drawn.getpixel((48, 36))[3] == 0, "transparency stays"


@pytest.mark.parametrize("profile", [b"", b"not a profile", swapped()[:200]])
@pytest.mark.parametrize("mode", ["RGBA", "RGB", "L", "LA", "P"])
def test_a_damaged_profile_or_one_of_other_colors_is_ignored(profile, mode):
    gray = Image.new(mode, (20, 20), 0 if mode == "P" else Image.new("L", (1, 1), 100).convert(mode).getpixel((0, 0)))
    assert redrawn(file_of(gray, icc_profile=profile)).size == (20, 20)


def test_a_profile_for_print_needs_an_image_for_print():
    photo = Image.new("CMYK", (20, 20), (0, 255, 255, 0))
    assert is_like(redrawn(file_of(photo, "JPEG", icc_profile=swapped())).getpixel((10, 10)), (255, 0, 0, 255))


@pytest.mark.parametrize("first", [NOTHING, WHITE], ids=["nothing", "white"])
@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_the_first_frame_that_shows_something_is_used(format, first):
    frames = [Image.new("RGBA", (64, 48), first)] * 2 + [quarters(), Image.new("RGBA", (64, 48), BLUE)]
    drawn = redrawn(file_of(frames[0], format, save_all=True, append_images=frames[1:], lossless=True))
    assert is_like(drawn.getpixel((16, 12)), RED) and is_like(drawn.getpixel((16, 36)), BLUE)


@pytest.mark.parametrize(
    ("size", "fits"), [((1000, 100), True), ((100, 1000), True), ((1001, 100), False), ((9, 99), False)]
)
def test_one_side_is_at_most_ten_times_as_long_as_the_other(size, fits):
    content = file_of(Image.new("L", size))
    if fits:
        assert redrawn(content)
    else:
        assert refusal(content) == (
            "This image is too long and narrow. One side can be at most 10 times as long as the other."
        )


def test_a_polyglot_is_only_an_image():
    """A file that is an image, a page and an archive at once."""
    notes = PngInfo()
    notes.add_text("Comment", "<script>alert(1)</script>")
    archive = b"PK\x03\x04" + b"x" * 40 + b"PK\x05\x06" + bytes(18)
    stored = clean(file_of(quarters(), pnginfo=notes) + b"<svg onload=alert(1)>" + archive, "logo.html").read()
    assert b"alert" not in stored and b"PK\x05\x06" not in stored
    assert Image.open(BytesIO(stored)).size == (64, 48)
