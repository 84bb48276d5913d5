from django.urls import path

from . import calendars, feeds, views

urlpatterns = [
    path("", views.job_list, name="jobs"),
    path("feed/", feeds.search_feed, name="jobs feed"),
    path("calendar/", calendars.search_calendar, name="jobs calendar"),
    path("<int:pk>-<slug:slug>/", views.job_detail, name="job"),
    path("<int:pk>-<slug:slug>/calendar/", calendars.job_calendar, name="job calendar"),
]
