from django.urls import path

from . import calendars, compare_views, eligibility_views, feeds, views

urlpatterns = [
    path("", views.job_list, name="jobs"),
    path("feed/", feeds.search_feed, name="jobs feed"),
    path("calendar/", calendars.search_calendar, name="jobs calendar"),
    path("compare/", compare_views.compare_openings, name="compare openings"),
    path("eligible/", eligibility_views.eligible, name="eligible"),
    path("<int:pk>-<slug:slug>/", views.job_detail, name="job"),
    path("<int:pk>-<slug:slug>/calendar/", calendars.job_calendar, name="job calendar"),
]
