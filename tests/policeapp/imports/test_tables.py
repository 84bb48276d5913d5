"""CSV files: reading all common forms, rejecting other files, and writing without live formulas."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from policeapp.imports import tables
from policeapp.imports.tables import NotATable, Table

COLUMNS = {"name": ["agency name"], "state": ["state_abbr"], "zip": ["zip code", "postal"]}


def table_of(content, required=("name", "state")):
    content = content if isinstance(content, bytes) else content.encode()
    return Table(io.BytesIO(content), COLUMNS, required)


def rows_of(content):
    return list(table_of(content))


def values_of(content):
    return [list(row.values.values()) for row in rows_of(content)]


# Accepted files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_it_reads_files_of_spreadsheets(encoding, delimiter, end):
    lines = [["NAME", "STATE", "ZIP"], ["Cañon City", "CO", "81212"], ['"A, B; C"', "CT", "06880"]]
    assert values_of(end.join(delimiter.join(line) for line in lines).encode(encoding)) == [
        ["Cañon City", "CO", "81212"],
        ["A, B; C", "CT", "06880"],
    ]


@pytest.mark.parametrize(
    "header", ["Agency Name,STATE,Zip-Code", "agency_name, state ,ZIP_CODE", '"AgencyName",State,zip code']
)
def test_headers_match_without_case_spaces_and_punctuation(header):
    assert table_of(header + "\nA,CT,1").found == {"name": 0, "state": 1, "zip": 2}


def test_columns_may_be_in_any_order_and_unknown_ones_are_reported():
    table = table_of("Population,state,Notes,name\n1,CT,x,A\n")
    assert [row.values for row in table] == [{"state": "CT", "name": "A"}]
    assert table.ignored == ["Population", "Notes"]


@pytest.mark.parametrize("first", ["sep=;\n", ",,,\n\n", ";;\n", " \n", '"sep=,"\n'])
def test_the_header_may_follow_a_line_for_excel_or_blank_lines(first):
    (row,) = rows_of(f"{first}name;state\nA;CT\n")
    assert row.values == {"name": "A", "state": "CT"}
    assert row.line == first.count("\n") + 2


@pytest.mark.parametrize("line", [",", ",,", ",,,,,", " , "])
def test_a_line_of_commas_is_a_blank_row(line):
    rows = rows_of(f"name,state,zip\n{line}\nA,CT,06880\n")
    assert [(row.line, row.is_blank, row.problem) for row in rows] == [(2, True, ""), (3, False, "")]


@pytest.mark.parametrize("cell", ['="06880"', '"""06880"""', '"=""06880"""', '" ""06880"" "'])
def test_cells_that_are_quoted_twice_or_for_excel_are_unquoted(cell):
    assert values_of(f"name,state,zip\nA,CT,{cell}\n") == [["A", "CT", "06880"]]


@pytest.mark.parametrize("cell", ['"The ""Old"" Mill"', '"""A"" and ""B"""'])
def test_other_quotation_marks_stay(cell):
    ((name, _state),) = values_of(f"name,state\n{cell},CT\n")
    assert name == next(csv.reader([cell]))[0]


def test_mixed_encodings_are_repaired():
    assert values_of("name,state\nCañon,CO\n".encode() + b"Ca\xf1on,CO\n") == [["Cañon", "CO"], ["Cañon", "CO"]]


def test_an_uploaded_file_is_read_from_its_beginning_and_left_open():
    file = io.BytesIO(b"name,state\nA,CT\n")
    file.read()
    with Table(file, COLUMNS, ("name",)) as table:
        assert [row.values["name"] for row in table] == ["A"]
    assert not file.closed


@pytest.mark.parametrize("kind", [SimpleUploadedFile, TemporaryUploadedFile])
def test_both_kinds_of_uploads_are_read_twice(kind):
    content = "name,state\nCañon,CO\n".encode()
    upload = kind("x.csv", content) if kind is SimpleUploadedFile else kind("x.csv", "text/csv", len(content), None)
    if kind is TemporaryUploadedFile:
        upload.write(content)
    for _time in range(2):
        with Table(upload, COLUMNS, ("name", "state")) as table:
            assert [row.values["name"] for row in table] == ["Cañon"]
    assert table.name == "x.csv"
    upload.close()


# Rejected files


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n ", "is empty"),
        (b"PK\x03\x04\x14\x00", "Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Excel"),
        (b"\xff\xfen\x00a\x00", "UTF-16"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "compressed"),
        (b'{"name": 1}', "JSON"),
        (b'[{"name": 1}]', "JSON"),
        (b"<!doctype html><table>", "HTML"),
        (b"name,state\nA\0,CT", "null bytes"),
        (b"just words", "no column “name”"),
        (b"name,zip\nA,1", "no column “state”"),
        (b"name,state,NAME\nA,CT,B", "with the same meaning: “name” and “NAME”"),
        (b"name,state,zip,Postal\nA,CT,1,2", "with the same meaning: “zip” and “Postal”"),
        (b'"name,state\nA,CT', "no column “name”"),
    ],
)
def test_an_invalid_file_is_rejected_with_a_sentence(content, reason):
    with pytest.raises(NotATable) as refused:
        table_of(content)
    assert reason in str(refused.value) and str(refused.value).endswith(".")


def test_missing_files_and_directories_are_rejected(tmp_path):
    for path, reason in ((tmp_path, "is a directory"), (tmp_path / "none.csv", "There is no file")):
        with pytest.raises(NotATable, match=reason):
            Table(path, COLUMNS)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "end"])
def test_a_file_with_too_many_lines_is_rejected(monkeypatch, end, last):
    monkeypatch.setattr(tables, "MAX_LINES", 30_000)
    lines = ["name,state", *["A,CT"] * 30_000]
    assert table_of(end.join(lines) + (last and end)).lines == 30_000
    with pytest.raises(NotATable, match="has more than 30,000 lines. Split it into several files."):
        table_of(end.join([*lines, "A,CT"]) + (last and end))


def test_an_endless_line_does_not_fill_the_memory():
    with pytest.raises(NotATable, match="a million characters"):
        rows_of(b"name,state\n" + b"x" * ((1 << 20) + 1))


def test_one_of_several_columns_can_be_required():
    assert table_of("zip,name\n", required=("name", ("state", "zip"))).found == {"zip": 0, "name": 1}


# Rows


def test_a_header_alone_has_no_rows():
    assert rows_of("name,state\n\n\n") == []


def test_rows_have_the_number_of_their_first_line():
    content = 'name,state\n\nA,CT\n"B\nB",CT\r\n\nC,CT'
    assert [(row.line, row.values["name"]) for row in rows_of(content)] == [(3, "A"), (4, "B\nB"), (7, "C")]


def test_blank_rows_and_repeated_headers_count_as_blank():
    assert [row.is_blank for row in rows_of("name,state\n,\n ,\t\nA,CT\nname,state\nB,CT")] == [
        True, True, False, True, False,
    ]  # fmt: skip


def test_extra_cells_must_be_blank():
    rows = rows_of("name,state\nA,CT,, \nB,CT,x\nC\n")
    problems = ["", "has 3 cells, but the header has 2", "has 1 cells, but the header has 2"]
    assert [row.problem for row in rows] == problems


@pytest.mark.parametrize(
    "line, problem",
    [
        ('"A,CT', "never closed"),
        ('A,"CT', "never closed"),
        ('"A" B,CT', "not doubled"),
        ("A\0,CT", "null character"),
        ("x" * 140_000 + ",CT", "too long"),
    ],
)
def test_an_invalid_row_does_not_affect_others(line, problem):
    # The null character is beyond the part of the file that is checked for bytes.
    before = "Before,CT\n" * 7_000 if problem == "null character" else "Before,CT\n"
    rows = rows_of(f'name,state\n{before}{line}\nAfter,CT\n"Last, quoted",CT\n')[-4:]
    assert [row.values.get("name") for row in rows] == ["Before", None, "After", "Last, quoted"]
    assert problem in rows[1].problem


def test_an_unclosed_quotation_mark_in_the_last_line_is_found():
    assert [row.problem for row in rows_of('name,state\nA,CT\n"B,CT')] == [
        "",
        "has a quotation mark that is never closed",
    ]


@given(st.lists(st.lists(st.text(alphabet="ab\"',;\n\r= ", max_size=6), min_size=2, max_size=2), max_size=6))
def test_it_reads_all_output_of_the_csv_module(records):
    file = io.StringIO()
    csv.writer(file).writerows([["name", "state"], *records])
    expected = [[cell.strip() for cell in record] for record in records]
    found = [list(row.values.values()) for row in rows_of(file.getvalue())]
    assert all(len(row) == 2 for row in found)
    if not any(cell.startswith("'") or tables.QUOTED.match(cell) for record in expected for cell in record):
        assert found == expected


# Formulas


@pytest.mark.parametrize("cell", ["=1+1", "+CMD|' /C calc'!A0", "-x", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1"])
def test_written_formulas_are_escaped_and_read_back_unchanged(cell):
    file = io.StringIO()
    tables.write_csv(file, ["name", "state"], [[cell, "CT"]])
    assert next(csv.reader(file.getvalue().splitlines()[1:]), [""])[0][:1] in ("'", '"')
    (row,) = rows_of(file.getvalue())
    assert row.cells == [cell, "CT"]


@pytest.mark.parametrize(
    "cell", ["-73.36", "+1", "-9", "1e-5", "-.5", -73.36, "plain", "", None, "O'Fallon", "'quoted'"]
)
def test_numbers_and_words_are_not_escaped(cell):
    assert tables.escape_formula(cell) == ("" if cell is None else str(cell))


@given(st.text(alphabet="=+-@'\t\r\nx1.", max_size=8))
def test_the_escape_is_removed_exactly(cell):
    file = io.StringIO()
    tables.write_csv(file, ["name", "state"], [[cell, "CT"]])
    (row,) = rows_of(file.getvalue().encode())
    assert row.cells == [cell, "CT"]
