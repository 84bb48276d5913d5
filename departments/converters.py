"""Path converters for URLs."""

from .geo import states


class StateConverter:
    """A state's postal code in lower case, so that each page has one URL. Views get it in upper case."""

    regex = "[a-z]{2}"

    def to_python(self, value):
        if value.upper() not in states.STATES:
            raise ValueError
        return value.upper()

    def to_url(self, value):
        return value.lower()


class LetterConverter:
    """A letter of the A to Z list, in lower case. "0-9" means any digit."""

    regex = "[a-z]|0-9"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value
