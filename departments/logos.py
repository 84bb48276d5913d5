"""Uploaded logos. Each is redrawn as a new PNG file, so that only its pixels are stored."""

from contextlib import suppress
from io import BytesIO
from threading import Lock
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageChops, ImageCms, ImageFilter, ImageOps, PngImagePlugin, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MAX_BYTES = 5 * 1024 * 1024
MAX_SIDE = 10_000  # pixels; a longer row or column takes more memory than its pixels
# The largest number of pixels by format. Decoding takes up to 150 MB: 8 bytes a pixel for PNG and GIF, 16 for WebP. A
# JPEG file is reduced while it is decoded, but a progressive one only afterward. MPO is JPEG with several images.
MAX_PIXELS = {"JPEG": 25_000_000, "MPO": 25_000_000, "PNG": 16_000_000, "GIF": 16_000_000, "WEBP": 8_000_000}
MAX_PROGRESSIVE_PIXELS = 16_000_000
MAX_RATIO = 10
MAX_FRAMES = 20  # that are searched for one that shows something
STORED_SIDE = 480  # pixels: three times the size on the profile
BUSY_SECONDS = 20

# A small file can have text that becomes this large (bytes) when it is decompressed. Pillow's limit is 64 MB.
PngImagePlugin.MAX_TEXT_MEMORY = 4 * 1024 * 1024

SRGB = ImageCms.createProfile("sRGB")

# A logo vanishes on white if this share of its edge is lighter than this (0 to 255). It gets a backing in BACKING, with
# a margin of this share of its longer side.
VANISHING_SHARE, VANISHING = 0.5, 215
BACKING, MARGIN = "#0f2740", 0.08

# A process decodes one image at a time.
_decoding = Lock()


class LogoField(forms.FileField):
    """A form field that returns a new PNG file of at most ``STORED_SIDE`` pixels a side, with a random name.

    Any file that isn't a PNG, JPEG, WebP or GIF image within the limits is a form error.
    """

    widget = forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"})

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        return redraw(upload) if upload and upload is not initial else upload


def redraw(upload):
    """Return the uploaded image as a new PNG ``ContentFile``. Raise ``ValidationError`` if that is impossible."""
    if upload.size > MAX_BYTES:
        raise ValidationError(_("This file is too large. The limit is 5 MB."))
    if not _decoding.acquire(timeout=BUSY_SECONDS):
        raise ValidationError(_("The site is busy with other images. Wait a minute and try again."))
    try:
        drawn = _decode(upload)
    except ValidationError:
        raise
    except UnidentifiedImageError as problem:
        raise ValidationError(_("This is not a PNG, JPEG, WebP or GIF image.")) from problem
    except Image.DecompressionBombError as problem:
        raise _too_large(max(MAX_PIXELS.values())) from problem
    except Exception as problem:  # decoders can raise any error for a malicious file
        raise ValidationError(_("This image is damaged and can't be opened.")) from problem
    finally:
        _decoding.release()
    # Copy the pixels into a new image: no metadata, no palette, no trailing bytes.
    copy = Image.new("RGBA", drawn.size)
    copy.paste(drawn)
    output = BytesIO()
    copy.save(output, "PNG", optimize=True)
    return ContentFile(output.getvalue(), name=f"{uuid4().hex}.png")


def _decode(upload):
    """Return the image upright, in RGBA and at most ``STORED_SIDE`` pixels a side. Its header is checked first."""
    with Image.open(upload, formats=FORMATS) as image:
        most = MAX_PROGRESSIVE_PIXELS if image.info.get("progressive") else MAX_PIXELS[image.format]
        if max(image.size) > MAX_SIDE or image.width * image.height > most:
            raise _too_large(most)
        if max(image.size) > MAX_RATIO * min(image.size):
            text = _("This image is too long and narrow. One side can be at most %(ratio)d times as long as the other.")
            raise ValidationError(text, params={"ratio": MAX_RATIO})
        _seek_visible_frame(image, most)
        # Before the file is decoded: thumbnail() tells the JPEG decoder which size is enough.
        small = image if image.format in ("JPEG", "MPO") else _with_smooth_colors(image)
        small.thumbnail((STORED_SIDE, STORED_SIDE))
        return _back_if_vanishing(_to_srgb(_rotate_upright(small)))


def _too_large(pixels):
    limits = {"side": f"{MAX_SIDE:,}", "pixels": pixels // 1_000_000}
    text = _("This image is too large. The limit is %(pixels)d million pixels, and %(side)s pixels a side.")
    return ValidationError(text, params=limits)


def _with_smooth_colors(image):
    """Return the image in a mode whose pixels can be mixed: without palette, single transparent color or 16 bits."""
    if image.mode.startswith("I"):
        # Pillow would clip the values instead of scaling them.
        return image.point(lambda level: level * (1 / 256)).convert("L")
    if image.mode in ("1", "P") or "transparency" in image.info:
        converted = image.convert("RGBA")
        image.close()  # frees its memory before more is needed
        return converted
    return image


def check_storage(logo):
    """Raise ``ValidationError`` if the new file can't be stored. It is stored and deleted to find out.

    Django stores it only after saving everything else, which is too late to report a full disk as a form error.
    """
    name = f"logos/{logo.name}"
    try:
        default_storage.save(name, logo)
    except OSError as problem:
        message = _("The image can't be stored: the server's disk is full or read-only.")
        raise ValidationError(message) from problem
    finally:
        default_storage.delete(name)
        logo.seek(0)


def _rotate_upright(image):
    """Return the image rotated as its metadata states, or unchanged if the metadata is damaged."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        return image


def _seek_visible_frame(image, most):
    """Go to the first frame that is not a single color, such as the transparent one that many animations begin with.

    Stay at the first frame if there is none among the first frames, which have up to ``most`` pixels together.
    """
    if image.format in ("JPEG", "MPO") or not image.is_animated:
        return
    with suppress(EOFError):  # there are fewer frames
        for number in range(min(MAX_FRAMES, most // (image.width * image.height))):
            image.seek(number)
            if any(low != high for low, high in image.convert("RGBA").getextrema()):
                return
    image.seek(0)


def _to_srgb(image):
    """Return the image in RGBA. Its color profile is applied, because the new file has none; a damaged one is not."""
    converted = image.convert("RGBA")
    if profile := image.info.get("icc_profile"):
        colors = image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")
        try:
            profile = ImageCms.ImageCmsProfile(BytesIO(profile))
            colors = ImageCms.profileToProfile(colors, profile, SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            return converted
        colors.putalpha(converted.getchannel("A"))
        return colors
    return converted


def _back_if_vanishing(image):
    """Put a dark backing behind a logo whose edge is light, such as white letters on nothing."""
    shape = image.getchannel("A").point(lambda alpha: 255 * (alpha >= 128))
    edge = ImageChops.subtract(shape, shape.filter(ImageFilter.MinFilter(3)))
    levels = image.convert("L").histogram(edge)
    if not sum(levels) or sum(levels[VANISHING:]) < VANISHING_SHARE * sum(levels):
        return image
    margin = round(MARGIN * max(image.size))
    image.thumbnail((STORED_SIDE - 2 * margin, STORED_SIDE - 2 * margin))
    backed = Image.new("RGBA", (image.width + 2 * margin, image.height + 2 * margin), BACKING)
    backed.alpha_composite(image, (margin, margin))
    return backed
