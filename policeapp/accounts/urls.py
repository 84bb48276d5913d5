"""The URLs of signing in and of one's own account, below /admin/. The site uses no others of django-allauth's.

The first three take the place of the admin's own.
"""

from allauth.account import views
from allauth.account.decorators import reauthentication_required
from allauth.usersessions.views import list_usersessions
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from .views import sign_in

urlpatterns = [
    path("login/", sign_in, name="account_login"),
    path("password_change/", views.password_change, name="account_change_password"),
    path("logout/", admin.site.logout, name="account_logout"),
    path("account/reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("account/password/reset/", views.password_reset, name="account_reset_password"),
    path("account/password/reset/sent/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^account/password/reset/(?P<uidb36>[0-9a-z]{1,13})-(?P<key>[0-9a-z-]{1,80})/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "account/password/reset/done/",
        RedirectView.as_view(pattern_name="account_login"),
        name="account_reset_password_from_key_done",
    ),
    # Somebody without a password, who signs in with a passkey, sets one by email.
    path(
        "account/password/set/",
        RedirectView.as_view(pattern_name="account_reset_password"),
        name="account_set_password",
    ),
    path("account/sessions/", reauthentication_required(list_usersessions, allow_get=True), name="usersessions_list"),
    path("account/second-factor/", include("allauth.mfa.urls")),
]
