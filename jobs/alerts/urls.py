"""URLs below /alerts/: the sign-up form and the pages that links in emails open."""

from django.urls import path

from . import views

urlpatterns = [
    path("new/", views.new, name="alert new"),
    path("confirm/<str:token>/", views.confirm, name="alert confirm"),
    path("manage/<str:token>/", views.manage, name="alert manage"),
    path("renew/<str:token>/", views.renew, name="alert renew"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="alert unsubscribe"),
]
