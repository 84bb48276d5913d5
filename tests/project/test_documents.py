"""The documents: their generated tables are up to date, and their links lead somewhere."""

import re
import shlex

import pytest

from tests import documents
from tests.processes import ROOT

DOCUMENTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob(".github/*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("*/*/README.md"))
    if not path.is_relative_to(ROOT / ".venv")
)


@pytest.mark.parametrize("path", documents.tables(), ids=lambda path: path.parent.name)
def test_the_generated_tables_are_up_to_date(path):
    text = path.read_text()
    assert "<!-- end -->" in text
    assert documents.replace(text, documents.tables()[path]) == text, "Run make docs."


def test_the_table_of_settings_has_a_meaning_for_each():
    rows = documents.settings_table(documents.SETTINGS.read_text()).splitlines()[2:]
    assert len(rows) > 15
    assert [row for row in rows if row.split("|")[3].strip() == ""] == []


def test_a_setting_that_is_read_is_in_the_table():
    source = 'try:\n    # How loud.\n    # 0 to 9.\n    VOLUME = env.int("VOLUME", 3)\nexcept ValueError:\n    pass\n'
    assert documents.settings_table(source).splitlines()[2] == "| `VOLUME` | `3` | How loud. 0 to 9. |"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_and_headings(path):
    text = path.read_text()
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if re.match(r"https?:", target):
            continue
        name, _, heading = target.partition("#")
        linked = (path.parent / name).resolve() if name else path
        assert linked.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.*)$", linked.read_text(), flags=re.M)
            assert heading in {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in headings}, target


def test_the_main_readme_fits_on_a_few_screens():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150


def test_make_targets_in_the_documents_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.M))
    for path in DOCUMENTS:
        for command in re.findall(r"`make ([^`]+)`", path.read_text()):
            assert shlex.split(command)[0] in targets, f"{path}: make {command}"
