"""Signing in. The other pages of accounts are django-allauth's; see ``urls``."""

from allauth.account.views import login
from django.contrib import admin
from django.shortcuts import redirect


def sign_in(request):
    """Show django-allauth's page, or the admin to those who are already in. It explains why others aren't."""
    if request.method == "GET" and admin.site.has_permission(request):
        return redirect("admin:index")
    return login(request)
