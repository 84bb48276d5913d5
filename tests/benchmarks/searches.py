"""The search box of the directory: names, words, misspelled words, and suggestions."""

from django.http import QueryDict

from departments.models import Department
from departments.search import spelling
from departments.search.forms import DepartmentSearchForm
from jobs.models import Job
from policeapp.web.pagination import paginate

from .table import Row, Size, median_ms

SIZES = [Size(27_000, 27_000)]
TEXTS = {
    "a town's name": "Springfield",
    "the beginning of a name": "springf",
    "words in any order": "police springfield",
    "a county": "Fairfield County",
    "a state": "Texas",
    "only an agency type": "sheriff",
    "no match": "qqqqqq",
    "misspelled": "Sprngfield",
    "misspelled words": "polise springfeild",
}


def rows(case):
    """Measure the search of each text, suggestions, and loading the names, which each process does once."""
    for what, text in TEXTS.items():
        yield Row(f"search: {what}", case, {"ms": median_ms(lambda text=text: search(text))}, [])
    suggestions = median_ms(lambda: list(Department.objects.published().starting_with("spri")[:8]))
    yield Row("search: suggestions", case, {"ms": suggestions}, [])
    yield Row("search: loading the names", case, {"ms": median_ms(load_names, times=3)}, [])


def search(text):
    """Do the work of ``departments.views.directory`` without its template."""
    query = QueryDict(mutable=True)
    query["q"] = text
    return list(paginate(DepartmentSearchForm(query).results(Job.objects.open()), 1).object_list)


def load_names():
    spelling.clear_cache()
    spelling.correct("qqqqqq")
