"""The queue of corrections: what the page says beside what visitors propose, and the two decisions."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import modelform_factory
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from policeapp.history.models import Change
from policeapp.history.records import change_by
from policeapp.web.admin import ViewOnlyAdmin, bad_request_on_invalid_value

from ..editors import DecisionFilter, RecruitersMixin, local_time
from ..forms import DeclineForm
from ..imports import jurisdictions
from ..models import Department
from ..search.admin import NormalizedSearch
from . import emails
from .forms import AcceptForm
from .models import Correction


@admin.register(Correction)
class CorrectionAdmin(NormalizedSearch, RecruitersMixin, ViewOnlyAdmin):
    """Editors decide the corrections of their departments, recruiters those of their jobs, administrators all."""

    editors_can = {"view", "delete"}  # spam needs no reason
    list_display = ["__str__", "page", "proposed", "people", "sent", "decision"]
    list_filter = [DecisionFilter]
    search_fields = ["department__search_text", "value"]
    search_help_text = _("Department or proposed value")

    def get_queryset(self, request):
        corrections = super().get_queryset(request).editable_by(request.user)
        return corrections.with_reports_number().select_related("department", "decided_by").prefetch_related("target")

    @admin.display(description=_("page"), ordering="department__name_key")
    def page(self, correction):
        return correction.page_name

    @admin.display(description=_("proposed"))
    def proposed(self, correction):
        return Truncator(correction.value).chars(60)

    sent = local_time("created", _("sent"))

    @admin.display(description=_("people"), ordering="reports_number")
    def people(self, correction):
        return correction.reports_number

    @transaction.atomic
    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Compare, and accept or decline. After an error, show the page again with what the person typed."""
        with bad_request_on_invalid_value():
            correction = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, correction):
            raise PermissionDenied
        if correction is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        target = self._get_target(request, correction)
        sent = {name: request.POST if name in request.POST else None for name in ("accept", "decline")}
        decline = DeclineForm(sent["decline"], auto_id="decline_%s")
        accept = self._accept_form(correction, target, sent["accept"])
        if request.method == "POST" and not Correction.objects.waiting().filter(pk=correction.pk).exists():
            return self._finish(request, _("This correction was decided before."), messages.ERROR)
        if "edit" in request.POST:
            return self._open_form(request, correction, target)
        if sent["accept"] and accept.is_valid():
            return self._accept(request, correction, accept)
        if sent["decline"] and decline.is_valid():
            return self._decline(request, correction, decline)
        context = self.admin_site.each_context(request) | {"opts": self.opts, "original": correction}
        context |= {"title": _("Correction: %s") % correction, "accept": accept, "decline": decline}
        context |= {"target": target, "reports": correction.reports.all()}
        return render(request, "admin/departments/correction/change_form.html", context)

    def _get_target(self, request, correction):
        """Return the object. While a decision is saved, nobody else can change it or decide about it."""
        found = correction.target_model._base_manager.filter(pk=correction.object_id)
        return (found.select_for_update(no_key=True) if request.method == "POST" else found).get()

    def _accept_form(self, correction, target, data):
        form_class = modelform_factory(type(target), form=AcceptForm, fields=correction.rule.fields)
        return form_class(correction, data, instance=target)

    def _open_form(self, request, correction, target):
        """Lead to the field in the admin's form, with the proposed value above it."""
        text = _("A visitor proposes for “%(fact)s”: %(value)s") % {"fact": correction, "value": correction.value}
        self.message_user(request, text)
        name = f"admin:{target._meta.app_label}_{target._meta.model_name}_change"
        return HttpResponseRedirect(f"{reverse(name, args=[target.pk])}#{correction.rule.anchor}")

    def _accept(self, request, correction, form):
        target, rule = form.instance, correction.rule
        correction.accept(request.user)
        self.log_change(request, correction, str(_("Accepted.")))
        with change_by(request.user, Change.Kind.CORRECTION):
            if rule.fields:
                changed = form.save(request.user, timezone.localdate(correction.created, correction.department.zone))
                self._log(request, target, changed)
            elif rule.method and getattr(target, rule.method)():
                self._log(request, target, [rule.method])
        emails.send_thanks(correction)
        return self._finish(request, _("Accepted. Those who gave their address get our thanks by email."))

    def _log(self, request, target, changed):
        """Record the change as one of the object, like an edit in its form."""
        if changed:
            model_admin = self.admin_site.get_model_admin(type(target))
            model_admin.log_change(request, target, str(_("Accepted a correction.")))
        if type(target) is Department and not set(jurisdictions.MATCHED).isdisjoint(changed):
            jurisdictions.match([target.state])

    def _decline(self, request, correction, form):
        correction.decline(request.user)
        self.log_change(request, correction, str(_("Declined.")))
        emails.send_refusal(correction, form.cleaned_data["reason"])
        return self._finish(request, _("Declined. Those who gave their address get your reason by email."))

    def _finish(self, request, text, level=messages.SUCCESS):
        """Go on with the next one."""
        left = self.get_queryset(request).waiting().count()
        if left:
            text = f"{text} {ngettext('%(number)d more waits.', '%(number)d more wait.', left) % {'number': left}}"
        self.message_user(request, text, level)
        return HttpResponseRedirect(reverse("admin:departments_correction_changelist"))
