"""How every form of the site is rendered."""

from django.forms.renderers import TemplatesSetting


class SiteRenderer(TemplatesSetting):
    """Django's own widgets; a field, its hint and its error stand together in our partial."""

    field_template_name = "_field.html"
