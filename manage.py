#!/usr/bin/env python
"""Django's command-line utility for PoliceApp."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main():
    """Run a command. A wrong setting prints one line, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "policeapp.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        sys.exit(f"PoliceApp cannot start: {problem}")


if __name__ == "__main__":
    main()
