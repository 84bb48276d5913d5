"""Uploaded logos: only real pictures, drawn anew, so that nothing of the uploaded file but its pixels is kept."""

from io import BytesIO
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 25_000_000
TOO_MANY_PIXELS = _("This picture is too large. A logo may have 25 million pixels at most.")
SIDE = 480  # pixels: three times what the profile shows


class LogoField(forms.FileField):
    """A form field whose value is a new PNG file, at most ``SIDE`` pixels a side, under a name of ours.

    Anything that isn't a PNG, JPEG, WebP or GIF picture within the limits is a form error.
    """

    widget = forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"})

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        return redraw(upload) if upload and upload is not initial else upload


def redraw(upload):
    """The uploaded picture as a new PNG ``ContentFile``; ``ValidationError`` in words if it can't be one."""
    if upload.size > MOST_BYTES:
        raise ValidationError(_("This file is too large. A logo may have 5 MB at most."))
    try:
        with Image.open(upload, formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise ValidationError(TOO_MANY_PIXELS)
            picture.load()
            drawn = _in_eight_bits(_upright(picture)).convert("RGBA")
    except ValidationError:
        raise
    except UnidentifiedImageError as problem:
        raise ValidationError(_("This is not a PNG, JPEG, WebP or GIF picture.")) from problem
    except Image.DecompressionBombError as problem:
        raise ValidationError(TOO_MANY_PIXELS) from problem
    except Exception as problem:  # whatever a decoder makes of bytes that were made to break it
        raise ValidationError(_("This picture is damaged: it can't be opened.")) from problem
    drawn.thumbnail((SIDE, SIDE))
    # A new picture has the pixels and nothing else: no metadata, no palette, no trailing bytes.
    clean = Image.new("RGBA", drawn.size)
    clean.paste(drawn)
    output = BytesIO()
    clean.save(output, "PNG", optimize=True)
    return ContentFile(output.getvalue(), name=f"{uuid4().hex}.png")


def check_room(logo):
    """``ValidationError`` unless the new file can be stored, found out by storing it for a moment.

    It is stored for good only when all else is saved: too late for a full disk to be an error of the field.
    """
    name = f"logos/{logo.name}"
    try:
        default_storage.save(name, logo)
    except OSError as problem:
        said = _("The picture can't be stored: the server's disk is full or can't be written to.")
        raise ValidationError(said) from problem
    finally:
        default_storage.delete(name)
        logo.seek(0)


def _upright(picture):
    """The picture turned as its metadata says; as it is when they are damaged."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:
        return picture


def _in_eight_bits(picture):
    """Sixteen bits of grey scaled to eight, which Pillow would cut off."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda level: level * (1 / 256)).convert("L")
