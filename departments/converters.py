"""Parts of addresses."""

from .geo import states


class StateConverter:
    """A state's postal code in either case; in Python always upper case."""

    regex = "[A-Za-z]{2}"

    def to_python(self, value):
        if value.upper() not in states.STATES:
            raise ValueError
        return value.upper()

    def to_url(self, value):
        return value.lower()


class LetterConverter:
    """A letter of the index; "0-9" for all digits."""

    regex = "[a-z]|0-9"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value
