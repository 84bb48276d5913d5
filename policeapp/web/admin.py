"""The admin site, and base classes of its pages.

Both answer invalid values with 400, and nobody overwrites what another person has just saved.
"""

from contextlib import contextmanager

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin import actions
from django.contrib.admin.helpers import AdminErrorList
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import BadRequest
from django.db import DataError, IntegrityError, router, transaction
from django.forms.widgets import Script
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

from ..accounts import audit
from ..history.records import change_by
from . import unsaved
from .conflicts import VERSION_FIELD, EditForm, FormState, Merge, Version, digest, who_changed

TAKEN = _("Somebody has just saved the same name or number. Change yours and save again.")

# Views of Django's admin that the site does not have: a redirect to any object, which ignores permissions, and those
# that the pages of accounts replace.
UNUSED_VIEWS = {"view_on_site", "password_change", "password_change_done"}


# Functions of a request that return template variables of the front page, as a dict. Apps add theirs in
# AppConfig.ready().
FRONT_PAGE = []


class StaffSite(admin.AdminSite):
    """The admin without ``UNUSED_VIEWS``."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.add_action(delete_selected)

    def autocomplete_view(self, request):
        with bad_request_on_invalid_value():
            return super().autocomplete_view(request)

    def index(self, request, extra_context=None):
        """Show what the person works on, above the list of models."""
        context = {name: value for part in FRONT_PAGE for name, value in part(request).items()}
        return super().index(request, context | (extra_context or {}))

    def get_urls(self):
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", "") not in UNUSED_VIEWS]


class BadRequestAdmin(admin.ModelAdmin):
    """Answers invalid ids in URLs and forms with 400. Django's admin trusts them and would answer 500.

    A form that was opened before another person's save is merged with it and shown again; see
    :mod:`policeapp.web.conflicts`. Saving a form without a change changes nothing.
    """

    form = EditForm
    # Whether a form that arrives after the session has ended is shown again, as policeapp.web.unsaved does it. It must
    # be an EditForm, and have no passwords.
    keeps_unsaved = True

    class Media:
        js = [Script("js/unsaved.js", defer=True)]

    view_on_site = False  # StaffSite has no view for such links
    list_per_page = 50
    show_full_result_count = False  # a search would count all rows of a table, too
    show_facets = admin.ShowFacets.NEVER

    def get_zone(self, request, instance, context):
        """Return the time zone of the times on a page, None for the site's, or "" if the form decides.

        ``instance`` is the object of the page, or None on the page that adds one.
        """
        return None

    def changelist_view(self, request, extra_context=None):
        with bad_request_on_invalid_value():
            return _render(super().changelist_view(request, extra_context))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        request.refusal, request.version, refusal = (), None, ()
        with bad_request_on_invalid_value():
            if message := unsaved.restore(request):
                refusal = (message,)  # so that nothing is saved
            elif request.method != "POST":
                return _render(super().changeform_view(request, object_id, form_url, extra_context))
            # A unique value that another request has just saved passes the form's check, but not the database's. Then
            # the second check finds it.
            for request.refusal in (refusal, (), (TAKEN,)):
                try:
                    with transaction.atomic(using=router.db_for_write(self.model)), change_by(request.user):
                        merge = self._merge_changes(request, object_id)
                        response = super().changeform_view(request, object_id, form_url, extra_context)
                        if hasattr(response, "context_data"):
                            _add_errors(response.context_data, merge.errors if merge else {})
                        return _render(response)
                except IntegrityError:
                    if request.refusal:
                        raise

    def _merge_changes(self, request, object_id):
        """If the object has changed since the form was made, merge both and return the :class:`Merge`. Lock it."""
        version = Version.read(request.POST.get(VERSION_FIELD, ""))
        instance = self._get_locked(request, object_id) if version else None
        if not instance or not self.has_change_permission(request, instance):
            return None
        state = self._state(request, instance)
        merge = Merge(request.POST, version, state)
        if not merge.changed:
            return None
        request.POST, request.version, request.refusal = (
            merge.post,
            state.version(),
            (*request.refusal, *merge.messages(request.user)),
        )
        return merge

    def _get_locked(self, request, object_id):
        """Return the object, or None. Nobody else can change it until the transaction ends."""
        instance = self.get_object(request, unquote(object_id)) if object_id else None
        if instance:
            # Read it again after it is locked. Its QuerySet can have joins, which PostgreSQL can't lock.
            list(self.model._base_manager.select_for_update(no_key=True).filter(pk=instance.pk).values_list("pk"))
            instance = self.get_object(request, unquote(object_id))
        return instance

    def _state(self, request, instance):
        formsets = [
            formset(instance=instance, queryset=inline.get_queryset(request))
            for formset, inline in self.get_formsets_with_inlines(request, instance)
            if inline.has_change_permission(request, instance)
        ]
        return FormState(self.get_form(request, instance, change=True)(instance=instance), formsets)

    def delete_view(self, request, object_id, extra_context=None):
        request.refusal = ()
        with bad_request_on_invalid_value():
            if request.method != "POST":
                instance = self.get_object(request, unquote(object_id))
                version = self._deletion_version(request, instance) if instance else ""
                context = {"version": version} | self.restoring_context(request)
                return _render(super().delete_view(request, object_id, context | (extra_context or {})))
            with transaction.atomic(using=router.db_for_write(self.model)):
                return self._deletion_changed(request, object_id) or super().delete_view(
                    request, object_id, extra_context
                )

    def restoring_context(self, request):
        """Return what pages that ask before a deletion say about bringing objects back. They can't by default."""
        return {}

    def _deletion_version(self, request, instance):
        """Return the version of a page that asks whether to delete an object and what belongs to it."""
        return self._state(request, instance).version(self.get_deleted_objects([instance], request)[0])

    def _deletion_changed(self, request, object_id):
        """If something has changed since the page asked, return a response that says so and asks again; else None."""
        sent = Version.read(request.POST.get(VERSION_FIELD, ""))
        instance = self._get_locked(request, object_id) if sent else None
        if not instance or sent.digests == Version.read(self._deletion_version(request, instance)).digests:
            return None
        text = _("Nothing is deleted yet, because this %(name)s was changed by %(who)s. Check it again.")
        who = who_changed(instance, sent.made, request.user)
        self.message_user(request, text % {"name": self.opts.verbose_name, "who": who}, messages.WARNING)
        return HttpResponseRedirect(request.get_full_path())

    def history_view(self, request, object_id, extra_context=None):
        response = super().history_view(request, object_id, extra_context)
        if hasattr(response, "context_data"):
            context = response.context_data
            context["zone"] = self.get_zone(request, context["object"], context)
        return _render(response)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = request.refusal
        return form

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if change and self.has_change_permission(request, obj):
            formsets = [each.formset for each in context["inline_admin_formsets"] if each.has_change_permission]
            state = FormState(context["adminform"].form, formsets)
            context["version"] = request.version or request.POST.get(VERSION_FIELD) or state.version()
        context["zone"] = self.get_zone(request, obj, context)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request, obj, form, change):
        if form.has_changed() or not change:
            super().save_model(request, obj, form, change)

    def log_change(self, request, obj, message):
        """Write no entry if the person has changed nothing."""
        return super().log_change(request, obj, message) if message else None

    def log_deletions(self, request, queryset):
        audit.record_all(request, audit.Kind.DELETED, queryset)
        return super().log_deletions(request, queryset)


class OrderedInline(admin.StackedInline):
    """An inline of rows that have an ``order``: each is one line that opens, with buttons that move it."""

    template = "admin/edit_inline/parts.html"
    classes = ["collapse"]
    extra = 0

    class Media:
        js = [Script("js/ordering.js", defer=True)]


@admin.action(permissions=["delete"], description=actions.delete_selected.short_description)
def delete_selected(model_admin, request, chosen):
    """Django's action, but it asks again if the objects, or what belongs to them, changed after the page asked."""
    with transaction.atomic(using=router.db_for_write(chosen.model)):
        # Like BadRequestAdmin._get_locked: only rows of this table can be locked, and they are read after that.
        keys = [instance.pk for instance in chosen]
        stored = chosen.model._base_manager.filter(pk__in=keys).order_by("pk")
        list(stored.select_for_update(no_key=True).values_list("pk"))
        fields = [field.attname for field in chosen.model._meta.concrete_fields if field.editable]
        rows = stored.values_list("pk", *fields)
        version = digest([str([*rows, model_admin.get_deleted_objects(chosen.all(), request)[0]])])
        if request.POST.get(VERSION_FIELD, version) != version:
            request.POST = request.POST.copy()
            del request.POST["post"]
            text = _("Nothing is deleted yet, because something was changed in the meantime. Check the list again.")
            model_admin.message_user(request, text, messages.WARNING)
        response = actions.delete_selected(model_admin, request, chosen.all())
    if response:
        response.context_data |= {"version": version} | model_admin.restoring_context(request)
    return response


def _add_errors(context, errors):
    """Add errors to the fields of a page's forms: ``{(prefix of a form, name of a field or None): [texts]}``."""
    form, formsets = context["adminform"].form, [each.formset for each in context["inline_admin_formsets"]]
    for each in [form, *(part for formset in formsets for part in formset.forms)]:
        for (prefix, name), texts in errors.items():
            if prefix == (each.prefix or ""):
                each.add_error(name, texts)
    context["errors"] = AdminErrorList(form, formsets)
    _unfold(context["adminform"])
    groups = context["inline_admin_formsets"]
    context["error_links"] = [
        *_error_links(form, context["adminform"].fieldsets),
        *(link for group in groups for link in _formset_error_links(group.formset, group.fieldsets)),
    ]


def _unfold(adminform):
    """Open folded sections with an error. Django overlooks fields that share a line with another one."""
    adminform.fieldsets = [
        (name, options | {"classes": [each for each in options.get("classes", ()) if each != "collapse"]})
        if adminform.form.errors.keys() & set(flatten_fieldsets([(name, options)]))
        else (name, options)
        for name, options in adminform.fieldsets
    ]


def _error_links(form, fieldsets):
    """Return ``[(id of the field or row, label, text)]`` of a form's errors, in the order of the page.

    Those of the whole page are left out, because Django lists them.
    """
    part = str(form.instance) or str(form.instance._meta.verbose_name) if form.prefix else ""
    shown = [field for field in flatten_fieldsets(fieldsets) if field in form.fields]
    links = [(form.prefix, capfirst(part), text) for text in form.non_field_errors() if part]
    for bound in (form[name] for name in shown):
        label = capfirst(": ".join(filter(None, [part, str(bound.label)])))
        links += [(bound.auto_id, label, text) for text in bound.errors]
    return links


def _formset_error_links(formset, fieldsets):
    group = f"{formset.prefix}-group", capfirst(formset.model._meta.verbose_name_plural)
    links = [(*group, text) for text in formset.non_form_errors()]
    return links + [link for form in formset.forms for link in _error_links(form, fieldsets)]


class ViewOnlyAdmin(BadRequestAdmin):
    """Nobody can add or change the objects, because the code does. Who has the permission can delete them."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


def describe_links():
    """Name the rows of many-to-many relations in words, for the pages that ask before something is deleted."""
    for model in apps.get_models():
        for field in model._meta.local_many_to_many:
            link = field.remote_field.through
            if link._meta.auto_created:
                names = {"links": field.verbose_name, "owners": model._meta.verbose_name_plural}
                link._meta.verbose_name = field.verbose_name
                link._meta.verbose_name_plural = format_lazy(_("{links} of {owners}"), **names)
                link.__str__ = _ends_of_link


def _ends_of_link(link):
    """Return a text such as "bob@example.com (Westport Police Department, Westport, CT)"."""
    owner, other = (field.name for field in link._meta.fields if field.is_relation)
    return f"{getattr(link, other)} ({getattr(link, owner)})"


@contextmanager
def bad_request_on_invalid_value():
    """Raise BadRequest when a value cannot be converted to an id or a number."""
    try:
        yield
    except (ValueError, OverflowError, DataError) as error:
        raise BadRequest("An id or a number is invalid.") from error


def _render(response):
    """Render the response now, because form fields look up their values only when they are rendered.

    Times on the page, and the shortcuts "Today" and "Now" of its fields, are those of the time zone in the context.
    """
    if not hasattr(response, "render"):
        return response
    with timezone.override((response.context_data or {}).get("zone") or None):
        return response.render()
