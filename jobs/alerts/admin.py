"""The admin of subscribers, alerts and messages. Superusers can view and delete them, but not change them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from policeapp.accounts import audit
from policeapp.web.admin import ViewOnlyAdmin

from .messages import Message
from .models import Alert, Subscriber


class SuperuserOnlyAdmin(ViewOnlyAdmin):
    """Alerts are private, so no permission shows them to other staff."""

    def has_module_permission(self, request):
        return request.user.is_active and request.user.is_superuser

    def has_view_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def has_delete_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def log_deletions(self, request, queryset):
        """Log only the number, because the text of an entry would store the email address of a deleted subscriber."""
        details = f"{self.opts.verbose_name_plural}: {len(queryset)}"
        audit.record(request, audit.Kind.DELETED, details=details)


@admin.register(Subscriber)
class SubscriberAdmin(SuperuserOnlyAdmin):
    list_display = ["email", "created", "refused_at", "refusal"]
    list_filter = [("refused_at", admin.EmptyFieldListFilter)]
    search_fields = ["email"]


@admin.register(Alert)
class AlertAdmin(SuperuserOnlyAdmin):
    fields = ["subscriber", "description", "created", "confirmed_at", "paused", "notified_until", "renewed_at"]
    list_display = ["description", "subscriber", "created", "confirmed_at", "paused", "notified_until"]
    list_filter = ["frequency", "paused", ("confirmed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["subscriber", "department"]
    search_fields = ["subscriber__email"]

    @admin.display(description=_("jobs"))
    def description(self, alert):
        return alert.describe()


@admin.register(Message)
class MessageAdmin(SuperuserOnlyAdmin):
    exclude = ["content"]
    list_display = ["key", "kind", "alert", "recipient", "user", "created", "sent_at", "attempts", "problem"]
    list_filter = ["kind", ("sent_at", admin.EmptyFieldListFilter)]
    list_select_related = ["alert", "user"]
    search_fields = ["key", "alert__subscriber__email", "recipient"]
