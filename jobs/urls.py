from django.urls import path

from . import eligibility_views, views

urlpatterns = [
    path("", views.job_list, name="jobs"),
    path("eligible/", eligibility_views.eligible, name="eligible"),
    path("<int:pk>-<slug:slug>/", views.job_detail, name="job"),
]
