"""Forms of the admin: of a department, and of a decision about what people ask for."""

from operator import attrgetter

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from policeapp.web.conflicts import EditForm
from policeapp.web.ordering import OrderedChoices, OrderedChoicesField

from .logos import LogoField, check_storage
from .models import DepartmentSpecialization, Specialization


class DepartmentForm(EditForm):
    logo = LogoField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG, JPEG, WebP or GIF, up to 5 MB. The site scales it down to 480 pixels and stores it as PNG."),
    )

    listed_specializations = OrderedChoicesField(
        label=_("Specializations"),
        required=False,
        widget=OrderedChoices(attrs={"title": _("Specializations")}),
        help_text=_("Check what the department has. The page lists them in this order."),
    )
    new_specialization = forms.CharField(
        label=_("Not in the list"),
        required=False,
        max_length=100,
        help_text=_("Adds a specialization to the list of all departments, and to this department."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if field := self.fields.get("listed_specializations"):
            every = list(Specialization.objects.with_positions(self.instance))
            listed = sorted((each for each in every if each.row), key=attrgetter("position", "row"))
            field.choices = [(each.pk, each.name) for each in every]
            self.initial["listed_specializations"] = [(each.pk, each.position) for each in listed]

    def clean_logo(self):
        logo = self.cleaned_data["logo"]
        if logo and "logo" in self.changed_data:
            check_storage(logo)
        return logo

    def clean_new_specialization(self):
        """Return a valid specialization that isn't saved yet, or None."""
        name = self.cleaned_data["new_specialization"]
        new = Specialization(name=name) if name else None
        try:
            if new:
                new.full_clean(exclude=["slug"])  # clean() checks it
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        return new

    def _save_m2m(self):
        super()._save_m2m()
        if "listed_specializations" in self.changed_data:
            DepartmentSpecialization.arrange(self.instance, self.cleaned_data["listed_specializations"])
        if new := self.cleaned_data.get("new_specialization"):
            new.save()
            self.instance.listed_specializations.create(specialization=new)


class DeclineForm(forms.Form):
    """Why a claim or a correction is declined. Those who sent it get the reason by email."""

    reason = forms.CharField(
        label=_("Reason, for the email"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
    )
