from django.urls import path, register_converter

from jobs.compare import views as compare_views
from jobs.feeds import atom as feeds
from jobs.feeds import icalendar as calendars

from . import converters, views

register_converter(converters.StateConverter, "state")
register_converter(converters.LetterConverter, "letter")

urlpatterns = [
    path("", views.directory, name="directory"),
    path("suggest/", views.suggest, name="suggest"),
    path("compare/", compare_views.compare_departments, name="compare departments"),
    path("a-to-z/<letter:letter>/", views.letter, name="letter"),
    path("<state:state>/", views.state, name="state"),
    path("<state:state>/a-to-z/<letter:letter>/", views.letter, name="letter"),
    path("<state:state>/county/<slug:county>/", views.county, name="county"),
    path("<state:state>/<slug:slug>/", views.profile, name="department"),
    path("<state:state>/<slug:slug>/feed/", feeds.department_feed, name="department feed"),
    path("<state:state>/<slug:slug>/calendar/", calendars.department_calendar, name="department calendar"),
]
