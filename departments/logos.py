"""Uploaded logos. Each is redrawn as a new PNG file, so that only its pixels are stored."""

from io import BytesIO
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 25_000_000
TOO_MANY_PIXELS = _("This image is too large. The limit is 25 million pixels.")
MAX_SIDE = 480  # pixels: three times the size on the profile


class LogoField(forms.FileField):
    """A form field that returns a new PNG file of at most ``MAX_SIDE`` pixels a side, with a random name.

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
    try:
        with Image.open(upload, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValidationError(TOO_MANY_PIXELS)
            image.load()
            drawn = _to_eight_bits(_rotate_upright(image)).convert("RGBA")
    except ValidationError:
        raise
    except UnidentifiedImageError as problem:
        raise ValidationError(_("This is not a PNG, JPEG, WebP or GIF image.")) from problem
    except Image.DecompressionBombError as problem:
        raise ValidationError(TOO_MANY_PIXELS) from problem
    except Exception as problem:  # decoders can raise any error for a malicious file
        raise ValidationError(_("This image is damaged and can't be opened.")) from problem
    drawn.thumbnail((MAX_SIDE, MAX_SIDE))
    # Copy the pixels into a new image: no metadata, no palette, no trailing bytes.
    copy = Image.new("RGBA", drawn.size)
    copy.paste(drawn)
    output = BytesIO()
    copy.save(output, "PNG", optimize=True)
    return ContentFile(output.getvalue(), name=f"{uuid4().hex}.png")


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


def _to_eight_bits(image):
    """Return a 16-bit grayscale image scaled to 8 bits. Pillow would clip the values instead."""
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda level: level * (1 / 256)).convert("L")
