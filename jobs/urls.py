from django.urls import path

from . import compare_views, views

urlpatterns = [
    path("", views.job_list, name="jobs"),
    path("compare/", compare_views.compare_openings, name="compare openings"),
    path("<int:pk>-<slug:slug>/", views.job_detail, name="job"),
]
