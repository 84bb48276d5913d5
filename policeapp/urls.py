"""The URLs of the site."""

from django.contrib import admin
from django.urls import include, path

import departments.urls
import jobs.urls
from departments.claims.views import accept_invitation

from .operations import metrics
from .pages import api, downloads, health, help, policies, sitemaps, views
from .web import texts

urlpatterns = [
    path("", views.home, name="home"),
    path("departments/", include(departments.urls)),
    path("", include(jobs.urls)),
    path("alerts/", include("jobs.alerts.urls")),
    path("api/", api.documentation, name="api"),
    path("api/v1/openapi.json", api.description, name="api description"),
    path("api/v1/", include(departments.urls.api_urlpatterns)),
    path("api/v1/", include(jobs.urls.api_urlpatterns)),
    path("admin/help/", help.admin_help, name="admin help"),
    path("admin/texts/preview/", texts.preview, name="preview text"),
    path("admin/texts/paste/", texts.paste, name="paste text"),
    # Sessions exist only below /admin/.
    path("admin/invitations/accept/<str:token>/", accept_invitation, name="invitation"),
    path("admin/", include("policeapp.accounts.urls")),
    path("admin/", admin.site.urls),
    path("departments.csv", downloads.departments_csv, name="departments csv"),
    path("jobs.csv", downloads.jobs_csv, name="jobs csv"),
    path("data/", downloads.data, name="data"),
    path("data/departments.zip", downloads.archive, name="data archive"),
    path("media/logos/<str:name>", views.logo, name="logo"),
    path("privacy/", policies.privacy, name="privacy"),
    path("accessibility/", policies.accessibility, name="accessibility"),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", policies.security_txt, name="security.txt"),
    path("favicon.ico", views.icon, {"name": "icon.svg"}, name="favicon"),
    path("apple-touch-icon.png", views.icon, {"name": "apple-touch-icon.png"}, name="apple touch icon"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<slug:name>.xml", sitemaps.part, name="sitemap part"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]

handler400 = "policeapp.pages.errors.bad_request"
handler404 = "policeapp.pages.errors.not_found"
handler500 = "policeapp.pages.errors.server_error"
