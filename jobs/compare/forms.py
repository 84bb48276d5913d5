"""The search form of the comparison pages."""

from django import forms


class AddForm(forms.Form):
    """Search for a department or an opening to add to the comparison."""

    q = forms.CharField(max_length=100, required=False, widget=forms.SearchInput)

    def __init__(self, data, label, help_text):
        super().__init__(data, auto_id="%s")
        self.fields["q"].label, self.fields["q"].help_text = label, help_text

    @property
    def words(self):
        """The search text; "" if it is blank or invalid."""
        return self.cleaned_data["q"] if self.is_valid() else ""
