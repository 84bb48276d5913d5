"""How all forms are rendered."""

from django.forms.renderers import TemplatesSetting


class SiteRenderer(TemplatesSetting):
    """Renders a field with its label, hint and errors by our own partial; widgets are Django's."""

    field_template_name = "_field.html"
