"""The map of the site."""

from django.contrib import admin
from django.urls import include, path

from . import metrics, sitemaps, statements, views

urlpatterns = [
    path("", views.home, name="home"),
    path("departments/", include("departments.urls")),
    path("", include("jobs.urls")),
    path("alerts/", include("jobs.alerts.urls")),
    path("admin/", admin.site.urls),
    path("media/logos/<str:name>", views.logo, name="logo"),
    path("privacy/", statements.privacy, name="privacy"),
    path("accessibility/", statements.accessibility, name="accessibility"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<slug:name>.xml", sitemaps.part, name="sitemap part"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]

handler400 = "policeapp.views.bad_request"
handler404 = "policeapp.views.not_found"
handler500 = "policeapp.views.server_error"
