"""The pages of a claim, and the page that accepts an invitation. State changes only on POST."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from policeapp.accounts import audit
from policeapp.accounts.reauthentication import sign_in_with_chosen_password
from policeapp.models import User
from policeapp.operations.rate_limits import client_ip, too_many_requests
from policeapp.web.secret_links import require_get_or_post, secret_link

from .. import breadcrumbs
from ..models import Department, SlugRedirect
from . import emails
from .forms import CLAIMS_PER_CLIENT, EMAILS_PER_ADDRESS, ChoosePasswordForm, ClaimForm
from .models import Claim, Invitation
from .tokens import read_token

ACCEPTED = audit.Kind.INVITATION_ACCEPTED


@never_cache
@require_get_or_post
def claim(request, state, slug):
    """Ask for access to a department's page. The answer is the same for every address and every department."""
    departments = Department.objects.published()
    department = departments.filter(state=state, slug=slug).first()
    if department is None:
        moved = get_object_or_404(SlugRedirect, state=state, slug=slug, department__in=departments).department
        return redirect("claim", moved.state, moved.slug)
    form = ClaimForm(request.POST or None)
    crumbs = breadcrumbs.for_claim(department)
    context = {"department": department, "form": form, "breadcrumbs": crumbs, "limit": EMAILS_PER_ADDRESS.most}
    if form.is_valid():
        if not CLAIMS_PER_CLIENT.hit(client_ip(request)):
            context["limited"] = True
            return too_many_requests(request, CLAIMS_PER_CLIENT.wait, "departments/claims/claim.html", context)
        if not form.is_spam and (sent := form.save(department)):
            audit.record(request, audit.Kind.CLAIM_SENT, department, str(sent))
        return render(request, "departments/claims/sent.html", context)
    return render(request, "departments/claims/claim.html", context)


@secret_link
def confirm_claim(request, token):
    """Show a claim to its sender, and to administrators when the button is pressed."""
    claim = Claim.objects.select_related("department").filter(key=read_token("claim", token) or "").first()
    if claim and request.method == "POST":
        with transaction.atomic():
            if claim.confirm():
                audit.record(request, audit.Kind.CLAIM_CONFIRMED, claim.department, str(claim))
                emails.send_to_administrators(claim)
        claim.refresh_from_db()
    if claim is None or not (claim.confirmed_at or Claim.objects.confirmable().filter(pk=claim.pk).exists()):
        return render(request, "departments/claims/no_such_link.html", status=404)
    return render(request, "departments/claims/confirm.html", {"claim": claim})


@sensitive_post_parameters()
@require_get_or_post
def accept_invitation(request, token):
    """Let the invited person choose a password, or accept with the account that has their email address."""
    invitations = Invitation.objects.select_related("department", "invited_by")
    invitation = invitations.filter(key=read_token("invitation", token) or "").first()
    if invitation is None:
        return render(request, "departments/claims/no_such_link.html", status=404)
    if not invitation.can_be_accepted():
        return _render_invitation(request, invitation, "ended", status=410)
    account = User.objects.find(invitation.email)
    if request.user.is_authenticated and request.user != account:
        return _render_invitation(request, invitation, "another account")
    if account is None:
        return _create_account(request, invitation)
    if not account.is_active or not account.is_staff:
        return _render_invitation(request, invitation, "deactivated")
    if not request.user.is_authenticated:
        return _render_invitation(request, invitation, "sign in")
    if request.method == "POST" and invitation.accept(account):
        audit.record(request, ACCEPTED, invitation.department, invitation.summary, account)
        return _welcome(request, invitation)
    return _render_invitation(request, invitation, "accept")


def _create_account(request, invitation):
    user = User(email=invitation.email, is_staff=True)
    claim = invitation.department.claims.filter(email=invitation.email, decision=Claim.Decision.APPROVED).first()
    form = ChoosePasswordForm(user, request.POST or None, initial={"name": claim.name if claim else ""})
    if form.is_valid():
        form.save(commit=False)
        try:
            accepted = invitation.accept(user)
        except IntegrityError:  # another request has just created the account
            accepted = False
        if not accepted:
            return redirect(request.path)
        audit.record(request, ACCEPTED, invitation.department, invitation.summary, user)
        sign_in_with_chosen_password(request, user)
        return _welcome(request, invitation)
    return _render_invitation(request, invitation, "new account", form=form)


def _welcome(request, invitation):
    """Redirect to the page of the department in the admin, or to that of its jobs for a recruiter."""
    department = invitation.department_id
    if invitation.role == invitation.Role.EDITOR:
        messages.success(request, _("Welcome. You can change the department's page here."))
        return redirect("admin:departments_department_change", department)
    messages.success(request, _("Welcome. You can add and change the department's jobs here."))
    return redirect(f"{reverse('admin:jobs_job_changelist')}?department__id__exact={department}")


def _render_invitation(request, invitation, step, status=200, **context):
    context |= {"invitation": invitation, "department": invitation.department, "step": step}
    return render(request, "departments/claims/invitation.html", context, status=status)
