"""The admin of claims, and the pages of a department's admin where people are invited."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from policeapp.accounts import audit
from policeapp.accounts.models import EDIT_EVERY_DEPARTMENT
from policeapp.accounts.reauthentication import require_recent
from policeapp.web.admin import ViewOnlyAdmin

from ..editors import DecisionFilter, local_time
from ..forms import DeclineForm
from ..models.roles import Role
from ..search.admin import NormalizedSearch
from . import emails, outreach
from .forms import InvitationForm
from .models import Claim, Invitation


class TeamMixin:
    """Adds a department's page of people to its admin, and the outreach list to all."""

    def get_urls(self):
        team, outreach_list = self.admin_site.admin_view(self.team), self.admin_site.admin_view(self.outreach)
        return [
            path("outreach.csv", require_safe(outreach_list), name="departments_department_outreach"),
            path("<path:object_id>/team/", team, name="departments_department_team"),
            *super().get_urls(),
        ]

    def get_queryset(self, request):
        waiting = Invitation.objects.open().filter(department=OuterRef("pk")).order_by().values("department")
        number = Subquery(waiting.values(number=Count("pk")))
        return super().get_queryset(request).annotate(open_invitations=Coalesce(number, 0))

    @admin.display(description=_("people"))
    def people(self, department):
        return _people(department, department.team()) if department.pk else "-"

    @admin.display(description=_("invitations"))
    def invited(self, department):
        """The same for administrators, who see the people in fields."""
        return _people(department, []) if department.pk else "-"

    def team(self, request, object_id):
        """List who edits a department and who is invited. Invite or remove a person, or withdraw an invitation."""
        department = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, department):
            raise PermissionDenied
        if department is None:
            raise Http404
        if request.method == "POST":
            require_recent(request)
        if "withdraw" in request.POST:
            return self._withdraw(request, department)
        if "remove" in request.POST:
            return self._remove(request, department.pk)
        form = InvitationForm(department, request.POST or None)
        if form.is_valid():
            if invitation := form.save(request.user):
                audit.record(request, audit.Kind.INVITED, department, invitation.summary)
                self.message_user(request, _("The invitation is on its way."), messages.SUCCESS)
                self.log_change(request, department, _("Invited a person."))
                return HttpResponseRedirect(request.path)
            text = _("You, or others, sent too many invitations to this address or today. Try again tomorrow.")
            self.message_user(request, text, messages.ERROR)
        context = self.admin_site.each_context(request) | {"title": _("People"), "subtitle": str(department)}
        context |= {"opts": self.opts, "original": department, "department": department, "form": form}
        context |= {"invitations": _invitations(department)}
        context |= {"can_leave": _can_remove(request, department, request.user)}
        return render(request, "admin/departments/department/team.html", context)

    def _withdraw(self, request, department):
        key = request.POST["withdraw"]
        invitation = get_object_or_404(department.invitations, pk=key if key.isdecimal() else None)
        if invitation.withdraw():
            audit.record(request, audit.Kind.INVITATION_WITHDRAWN, department, invitation.summary)
            self.message_user(request, _("The invitation is withdrawn. Its link no longer works."), messages.SUCCESS)
            self.log_change(request, department, _("Withdrew an invitation."))
        else:
            self.message_user(request, _("This invitation has ended already."), messages.WARNING)
        return HttpResponseRedirect(request.path)

    @transaction.atomic
    def _remove(self, request, pk):
        """Take a role from a person. Only an administrator can leave a department without an editor."""
        # Two editors can remove each other at the same time: the second finds that nobody else remains.
        departments = self.get_queryset(request).select_for_update(of=("self",), no_key=True)
        department = get_object_or_404(departments, pk=pk)
        people = {f"{role} {person.pk}": (role, person) for role, person in department.team()}
        if request.POST["remove"] not in people:
            raise Http404
        role, person = people[request.POST["remove"]]
        if role == Role.EDITOR and not _can_remove(request, department, person):
            text = _("There is no other editor who can sign in. Invite one first, or ask an administrator.")
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(request.path)
        department.remove_member(person, role)
        emails.send_removal(department, person, role, request.user)
        text = _("%(person)s is removed, and gets an email about it.") % {"person": person.public_name}
        self.message_user(request, text, messages.SUCCESS)
        self.log_change(request, department, _("Removed a person."))
        is_here = self.get_queryset(request).filter(pk=pk).exists()
        return HttpResponseRedirect(request.path if is_here else reverse("admin:index"))

    def outreach(self, request):
        if not request.user.has_perm(EDIT_EVERY_DEPARTMENT):
            raise PermissionDenied
        return outreach.download()


def _people(department, team):
    return render_to_string("admin/departments/people.html", {"department": department, "team": team})


def _invitations(department):
    return department.invitations.select_related("accepted_by")


def _can_remove(request, department, editor):
    return request.user.has_perm(EDIT_EVERY_DEPARTMENT) or department.has_editor_besides(editor)


@admin.register(Claim)
class ClaimAdmin(NormalizedSearch, ViewOnlyAdmin):
    """The queue of claims. Only administrators of all departments see and decide them."""

    list_display = ["department", "name", "title", "email", "proof", "confirmed", "decision"]
    list_filter = [DecisionFilter, "proof"]
    list_select_related = ["department"]
    search_fields = ["department__search_text", "name", "email"]
    fields = ["department", "name", "title", "email", "proof", "created", "confirmed_at", "decision"]

    confirmed = local_time("confirmed_at", _("confirmed"))

    def get_zone(self, request, claim, context):
        return claim.department.zone if claim else None

    def get_fields(self, request, obj=None):
        return [*self.fields, *(["decided_at", "decided_by"] if obj and obj.decision else [])]

    def get_queryset(self, request):
        return super().get_queryset(request).confirmed().select_related("department")

    def has_module_permission(self, request):
        return request.user.has_perm(EDIT_EVERY_DEPARTMENT)

    def has_view_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def has_delete_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def get_urls(self):
        """Add the two decisions."""
        decisions = {"approve": self.approve, "decline": self.decline}
        views = {name: self.admin_site.admin_view(require_POST(view)) for name, view in decisions.items()}
        added = [path(f"<int:pk>/{name}/", views[name], name=f"departments_claim_{name}") for name in decisions]
        return [*added, *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        context = {"decline": DeclineForm(auto_id="decline_%s")} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    @transaction.atomic
    def approve(self, request, pk):
        """Invite the person as an editor."""
        claim = self._find(request, pk)
        require_recent(request)
        invitation = claim.approve(request.user)
        if invitation:
            emails.send_invitation(invitation)
            audit.record(request, audit.Kind.CLAIM_APPROVED, claim.department, str(claim))
            audit.record(request, audit.Kind.INVITED, claim.department, invitation.summary)
        return self._finish(request, claim, invitation, _("Approved."), _("The person gets an invitation by email."))

    @transaction.atomic
    def decline(self, request, pk):
        """Email the reason to the person."""
        claim, form = self._find(request, pk), DeclineForm(request.POST)
        if not form.is_valid():
            self.message_user(request, _("Write a reason of at most 1,000 characters."), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:departments_claim_change", args=[pk]))
        is_done = claim.decline(request.user)
        if is_done:
            emails.send_refusal(claim, form.cleaned_data["reason"])
            audit.record(request, audit.Kind.CLAIM_DECLINED, claim.department, str(claim))
        return self._finish(request, claim, is_done, _("Declined."), _("The person gets your reason by email."))

    def _find(self, request, pk):
        if not self.has_module_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def _finish(self, request, claim, is_done, log, text):
        if is_done:
            self.log_change(request, claim, log)
            self.message_user(request, text, messages.SUCCESS)
        else:
            self.message_user(request, _("This claim was decided before."), messages.ERROR)
        return HttpResponseRedirect(reverse("admin:departments_claim_changelist"))
