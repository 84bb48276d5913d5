"""URLs of jobs, and of the feeds and comparisons of departments, which need jobs."""

from django.urls import include, path, register_converter

from policeapp.web.routes import NumberConverter, TextConverter

from . import api, views
from .compare.views import compare_departments, compare_jobs
from .eligibility.views import eligible
from .feeds import atom, icalendar
from .reminders import views as reminders

register_converter(NumberConverter, "number")
register_converter(TextConverter, "text")

job_urlpatterns = [
    path("", views.job_list, name="jobs"),
    path("feed/", atom.search_feed, name="jobs feed"),
    path("calendar/", icalendar.search_calendar, name="jobs calendar"),
    path("compare/", compare_jobs, name="compare openings"),
    path("eligible/", eligible, name="eligible"),
    path("reminders/confirm/<str:token>/", reminders.confirm, name="reminder confirm"),
    path("reminders/extend/<str:token>/", reminders.extend, name="reminder extend"),
    path("reminders/fill/<str:token>/", reminders.fill, name="reminder fill"),
    path("<number:pk>-<slug:slug>/", views.job_detail, name="job"),
    path("<number:pk>-<slug:slug>/correct/", views.correct_job, name="correct job"),
    path("<number:pk>-<slug:slug>/calendar/", icalendar.job_calendar, name="job calendar"),
]

department_urlpatterns = [
    path("compare/", compare_departments, name="compare departments"),
    path("<state:state>/<slug:slug>/feed/", atom.department_feed, name="department feed"),
    path("<state:state>/<slug:slug>/calendar/", icalendar.department_calendar, name="department calendar"),
    path("<state:state>/<slug:slug>/embed/", views.embed, name="embed"),
]

api_urlpatterns = [
    path("openings", api.opening_list, name="api openings"),
    path("openings/<text:external_id>", api.sent_opening, name="api opening"),
]

urlpatterns = [
    path("jobs/", include(job_urlpatterns)),
    path("departments/", include(department_urlpatterns)),
]
