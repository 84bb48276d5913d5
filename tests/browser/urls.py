"""The site's URLs, and one whose view raises an exception."""

from django.urls import path

from policeapp import urls
from policeapp.urls import handler404, handler500  # noqa: F401


def broken(request):
    raise RuntimeError("broken on purpose")


urlpatterns = [*urls.urlpatterns, path("broken/", broken)]
