#!/usr/bin/env python
"""Django's command line, with SupportNet's settings."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportnet.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # A wrong set-up is for the operator to mend: one plain line says what to do.
        sys.exit(f"SupportNet does not start. {error}")
