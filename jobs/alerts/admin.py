"""Subscribers, their alerts and the outbox in the admin: superusers look at them and delete them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from policeapp.careful import CarefulAdmin

from .messages import Message
from .models import Alert, Subscriber


class ForSuperusers(CarefulAdmin):
    """Who asked to be told of what is nobody's business but theirs: no permission shows it to other staff."""

    def has_module_permission(self, request):
        return request.user.is_active and request.user.is_superuser

    def has_view_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def has_delete_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def log_deletions(self, request, queryset):
        """The record of changes would keep the address of whoever asked to be forgotten."""


@admin.register(Subscriber)
class SubscriberAdmin(ForSuperusers):
    list_display = ["email", "created", "refused_at", "refusal"]
    list_filter = [("refused_at", admin.EmptyFieldListFilter)]
    search_fields = ["email"]


@admin.register(Alert)
class AlertAdmin(ForSuperusers):
    fields = ["subscriber", "asked", "created", "confirmed_at", "paused", "told_until", "renewed_at"]
    list_display = ["asked", "subscriber", "created", "confirmed_at", "paused", "told_until"]
    list_filter = ["frequency", "paused", ("confirmed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["subscriber", "department"]
    search_fields = ["subscriber__email"]

    @admin.display(description=_("what it sends"))
    def asked(self, alert):
        return alert.in_words()


@admin.register(Message)
class MessageAdmin(ForSuperusers):
    list_display = ["key", "kind", "alert", "created", "sent_at", "attempts", "problem"]
    list_filter = ["kind", ("sent_at", admin.EmptyFieldListFilter)]
    list_select_related = ["alert"]
    search_fields = ["key", "alert__subscriber__email"]
