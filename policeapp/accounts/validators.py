"""A check of passwords beside Django's."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..web.routes import site_host

# Words that people here think of first. The parts of the site's host name count too.
WORDS = ["policeapp", "police", "sheriff", "officer", "department", "password", "admin"]
# As many characters must be left without these words.
MIN_OTHER_CHARACTERS = 8


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
