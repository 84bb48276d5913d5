"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from .database.timeouts import limit_database_waits

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "policeapp.settings")

limit_database_waits()
application = get_wsgi_application()
