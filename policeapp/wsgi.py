"""The WSGI application that gunicorn serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from .postgresql import answer_within

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "policeapp.settings")

answer_within(settings.DATABASE_TIMEOUT)
application = get_wsgi_application()
