from django.urls import path

from . import views

urlpatterns = [
    path("", views.job_list, name="jobs"),
    path("<int:pk>-<slug:slug>/", views.job_detail, name="job"),
]
