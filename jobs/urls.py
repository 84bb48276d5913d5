from django.urls import path

from . import views
from .compare import views as compare_views
from .eligibility import views as eligibility_views
from .feeds import atom as feeds
from .feeds import icalendar as calendars

urlpatterns = [
    path("", views.job_list, name="jobs"),
    path("feed/", feeds.search_feed, name="jobs feed"),
    path("calendar/", calendars.search_calendar, name="jobs calendar"),
    path("compare/", compare_views.compare_openings, name="compare openings"),
    path("eligible/", eligibility_views.eligible, name="eligible"),
    path("<int:pk>-<slug:slug>/", views.job_detail, name="job"),
    path("<int:pk>-<slug:slug>/calendar/", calendars.job_calendar, name="job calendar"),
]
