"""Checks of passwords beside Django's."""

import re

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..web.routes import site_host

# Words that people here think of first. The parts of the site's host name count too.
WORDS = ["policeapp", "police", "sheriff", "officer", "department", "password", "admin"]
# As many characters must be left without these words.
MIN_OTHER_CHARACTERS = 8


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """Refuses common passwords, and those that are one repeated, or one with digits or punctuation around it.

    Django's list has 20,000, but only 187 of them are as long as ours must be.
    """

    def validate(self, password, user=None):
        text = password.lower()
        repeated = re.fullmatch(r"(.+?)\1+", text)
        for part in (text, re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text), repeated and repeated[1]):
            if part:
                super().validate(part, user)


class ContextWordsValidator:
    """Refuses passwords that are little more than words that anybody would guess here."""

    def validate(self, password, user=None):
        rest = password.lower()
        for word in sorted({*WORDS, *(site_host() or "").split(".")}, key=len, reverse=True):
            rest = rest.replace(word, "") if len(word) > 3 else rest
        if rest != password.lower() and len(rest) < MIN_OTHER_CHARACTERS:
            raise ValidationError(_("Words such as “police” are easy to guess here. Add other words."))

    def get_help_text(self):
        return _("Your password can’t be mostly a word such as “police”.")
