"""The search form of the feeds, the calendars, the JSON API and the downloads."""

from urllib.parse import urlencode

from ..forms import JobSearchForm
from ..models import Alert, Job


class FeedSearchForm(JobSearchForm):
    """The job search without samples and with a default sort order of its own.

    ``typed`` is the query string (a mapping); ``sort`` is the order if the query string has none.
    """

    def __init__(self, typed, sort=""):
        self.parameters = {name: typed[name] for name in self.base_fields if typed.get(name)}
        super().__init__({"sort": sort} | self.parameters)

    def openings(self):
        return super().openings().real()

    def search(self, jobs):
        """Read the text as the page does, which looks for its words in samples, too."""
        return super().search(super().openings()).real()

    def first(self, count):
        """Return a list of the first ``count`` results with all fields and departments; empty if the form has errors.

        Two queries.
        """
        return Job.objects.open().with_department().reload(self.results()[:count])

    @property
    def query(self):
        """The query string of the known parameters, such as "?near=06880&kind=lateral", or ""."""
        return f"?{urlencode(self.parameters)}" if self.parameters else ""

    def in_words(self):
        """Describe the search. Call it after :meth:`first`, which resolves places."""
        values = {name: self.cleaned_data[name] for name in ("q", "kind", "state", "pay")}
        return Alert(near=str(self.place or ""), miles=self.miles, **values).describe_jobs()
