"""Uploaded logos. Each is redrawn as a new PNG file, so that only its pixels are stored."""

from io import BytesIO
from threading import Lock
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MAX_BYTES = 5 * 1024 * 1024
MAX_SIDE = 10_000  # pixels; a longer row or column takes more memory than its pixels
# The largest number of pixels by format. Decoding takes up to 150 MB: 8 bytes a pixel for PNG and GIF, 16 for WebP. A
# JPEG file is reduced while it is decoded, but a progressive one only afterward. MPO is JPEG with several images.
MAX_PIXELS = {"JPEG": 25_000_000, "MPO": 25_000_000, "PNG": 16_000_000, "GIF": 16_000_000, "WEBP": 8_000_000}
MAX_PROGRESSIVE_PIXELS = 16_000_000
STORED_SIDE = 480  # pixels: three times the size on the profile
BUSY_SECONDS = 20

# A small file can have text that becomes this large (bytes) when it is decompressed. Pillow's limit is 64 MB.
PngImagePlugin.MAX_TEXT_MEMORY = 4 * 1024 * 1024

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
        # Before the file is decoded: thumbnail() tells the JPEG decoder which size is enough.
        small = image if image.format in ("JPEG", "MPO") else _with_smooth_colors(image)
        small.thumbnail((STORED_SIDE, STORED_SIDE))
        return _rotate_upright(small).convert("RGBA")


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
