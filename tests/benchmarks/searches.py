"""The one box of the directory, as its page uses it: by name, by words, by misspelt words, and while one types."""

from django.http import QueryDict
from django.test import RequestFactory

from departments.models import Department
from departments.search import spelling
from departments.search.forms import DepartmentSearchForm
from jobs.models import Job
from policeapp.web.pagination import paginate

from .table import Row, Size, median_ms

SIZES = [Size(27_000, 27_000)]
TYPED = {
    "a town's name": "Springfield",
    "the beginning of a name": "springf",
    "words in any order": "police springfield",
    "a county": "Fairfield County",
    "a state": "Texas",
    "a kind alone": "sheriff",
    "nothing": "qqqqqq",
    "misspelt": "Sprngfield",
    "misspelt words": "polise springfeild",
}


def rows(case):
    """The search of each text, suggestions, and what a process spends once to know the names."""
    for what, typed in TYPED.items():
        yield Row(f"search: {what}", case, {"ms": median_ms(lambda typed=typed: as_the_page(typed))}, [])
    suggested = median_ms(lambda: list(Department.objects.published().starting_with("spri")[:8]))
    yield Row("search: suggestions", case, {"ms": suggested}, [])
    yield Row("search: learning the names", case, {"ms": median_ms(learn, times=3)}, [])


def as_the_page(typed):
    """What ``departments.views.directory`` does but for its template."""
    query = QueryDict(mutable=True)
    query["q"] = typed
    request = RequestFactory().get("/departments/", query)
    return list(paginate(request, DepartmentSearchForm(query).results(Job.objects.open())).object_list)


def learn():
    spelling.clear_cache()
    spelling.correct("qqqqqq")
