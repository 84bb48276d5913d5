"""The full-text indexes stay up to date after all kinds of writes and migrations."""

import pytest
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader

from departments.models import Department
from jobs.models import Job
from policeapp.database import fulltext
from tests.factories import make_department, make_job


def found(*prefixes):
    """Return the sorted names of the departments that have words with these prefixes."""
    rows = Department.objects.filter(search_text__words=[[prefix] for prefix in prefixes])
    return sorted(rows.values_list("name", flat=True))


def unsaved(name):
    department = Department(name=name, state="CT", slug=name.lower().replace(" ", "-"), time_zone="America/New_York")
    department.derive()
    return department


def check_index():
    """Compare the index with the table on SQLite. PostgreSQL has an index on the table itself."""
    if connection.vendor == "sqlite":
        for table in ("departments_department_search_text_words", "jobs_job_words_words", "jobs_job_all_words_words"):
            with connection.cursor() as cursor:
                cursor.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")


def test_it_finds_words_by_prefix_and_one_of_each_group_is_enough(db):
    make_department("Alpha Beta", city="")
    make_department("Beta Gamma", city="")
    assert found("bet") == ["Alpha Beta", "Beta Gamma"]
    assert found("bet", "alph") == ["Alpha Beta"]
    assert found("eta") == []
    either = Department.objects.filter(search_text__words=[["gam", "alp"], ["be"]])
    assert either.count() == 2
    assert Department.objects.exclude(search_text__words=[["gam"]]).get().name == "Alpha Beta"


def test_it_finds_rows_written_in_bulk_and_changed_rows(db):
    Department.objects.bulk_create([unsaved("Alpha One"), unsaved("Alpha Two"), unsaved("Beta Three")])
    assert found("alp") == ["Alpha One", "Alpha Two"]
    first, second = Department.objects.filter(name__startswith="Alpha").order_by("name")
    first.search_text, second.search_text = " gamma", " gamma delta"
    Department.objects.bulk_update([first, second], ["search_text"])
    assert found("alp") == [] and found("gam") == ["Alpha One", "Alpha Two"]
    Department.objects.filter(pk=second.pk).update(search_text=" epsilon")
    assert found("gam") == ["Alpha One"] and found("eps") == ["Alpha Two"]
    again = unsaved("Alpha One")
    again.search_text = " zeta"
    Department.objects.bulk_create(
        [again], update_conflicts=True, unique_fields=["state", "slug"], update_fields=["search_text"]
    )
    assert found("gam") == [] and found("zet") == ["Alpha One"]
    Department.objects.filter(name__startswith="Alpha").delete()
    assert found("zet") == found("eps") == [] and found("bet") == ["Beta Three"]
    check_index()


def test_it_finds_a_fixture_once_even_if_loaded_twice(westport):
    call_command("loaddata", "westport", verbosity=0)
    assert found("westport") == ["Westport Police Department"]
    check_index()


def test_it_does_not_find_rows_that_were_rolled_back(db):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_department("Alpha")
        1 / 0  # noqa: B018
    assert found("alp") == []
    check_index()


@pytest.mark.django_db(transaction=True)
def test_an_emptied_table_has_an_empty_index():
    make_job(make_department("Alpha"), "Officer")
    call_command("flush", interactive=False, verbosity=0)
    assert found("alp") == [] and not Job.objects.matching("officer")
    make_job(make_department("Beta"), "Chief")
    assert found("bet") == ["Beta"] and Job.objects.matching("chief").exists()
    check_index()


@pytest.mark.django_db(transaction=True)
def test_the_index_survives_a_migration_that_rebuilds_the_table():
    make_department("Alpha")
    model = MigrationLoader(connection).project_state().apps.get_model("departments", "Department")
    field = model._meta.get_field("city_key")
    wider = field.clone()
    wider.set_attributes_from_name("city_key")
    wider.model, wider.max_length = model, 121
    for old, new in ((field, wider), (wider, field)):
        with connection.schema_editor() as editor:
            editor.alter_field(model, old, new)
    Department.objects.bulk_create([unsaved("Alpha Two")])
    call_command("migrate", verbosity=0)
    make_department("Alpha Three")
    assert found("alp") == ["Alpha", "Alpha Three", "Alpha Two"]
    check_index()


@pytest.mark.parametrize("words", [[["of"]], [["chief"]], [["of"], ["chief"]], [["zebra", "of"], ["police"]]])
def test_common_words_are_found_like_others(db, words):
    assert "of" in Job.COMMON_WORDS and "chief" not in Job.COMMON_WORDS
    job = make_job(title="Chief of Police")
    other = make_job(make_department("Harbor", city=""), title="Roofer", kind="civilian")
    assert Job.objects.filter(words__words=words).get() == job
    assert Job.objects.exclude(words__words=words).get() == other


def test_each_column_with_an_index_is_text():
    indexed = [(model, column) for model in (Department, Job) for column in model.FULL_TEXT]
    assert indexed
    for model, column in indexed:
        assert isinstance(model._meta.get_field(column), models.CharField | models.TextField)
        assert fulltext.Words in model._meta.get_field(column).get_lookups().values()
