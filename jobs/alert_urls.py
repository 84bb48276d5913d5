"""Signing up for alerts, and the pages behind the links of their e-mails; all below /alerts/."""

from django.urls import path

from . import alert_views

urlpatterns = [
    path("new/", alert_views.new, name="alert new"),
    path("confirm/<str:token>/", alert_views.confirm, name="alert confirm"),
    path("manage/<str:token>/", alert_views.manage, name="alert manage"),
    path("renew/<str:token>/", alert_views.renew, name="alert renew"),
    path("unsubscribe/<str:token>/", alert_views.unsubscribe, name="alert unsubscribe"),
]
