"""Writes the tables of settings and of import columns into the README files, from the code: ``make docs``."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = ROOT / "policeapp" / "settings.py"


def tables():
    """Return ``{path of a README file: the Markdown between its markers}``. Django must be set up."""
    from departments.imports.rows import COLUMNS as agency_columns
    from jobs.imports.openings import COLUMNS as opening_columns

    return {
        ROOT / "policeapp/deploy/README.md": settings_table(SETTINGS.read_text()),
        ROOT / "departments/README.md": columns_table(agency_columns),
        ROOT / "jobs/README.md": columns_table(opening_columns),
    }


def settings_table(source):
    """Return a table of the variables that settings.py reads: name, default, and the comment above it."""
    lines = source.splitlines()
    rows = [
        (call.args[0].value, _default(source, call), _comment(lines, statement.lineno))
        for statement in ast.walk(ast.parse(source))
        if isinstance(statement, ast.Assign)
        for call in ast.walk(statement)
        if isinstance(call, ast.Call) and _reads_environment(call)
    ]
    return _table(["variable", "default", "meaning"], [(f"`{name}`", *rest) for name, *rest in rows])


def columns_table(columns):
    """Return a table of import columns: each name and its other names. Names for each year become one."""
    rows = {}
    for column, names in columns.items():
        rows[re.sub(r"_(19|20)\d\d$", "_YYYY", column)] = ", ".join(f"`{name}`" for name in names)
    return _table(["column", "other names"], [(f"`{column}`", names) for column, names in rows.items()])


def replace(text, table):
    """Return the text of a README file with the table between its markers."""
    return re.sub(r"(?<=-->\n).*?(?=<!-- end -->)", lambda _: f"\n{table}\n", text, count=1, flags=re.DOTALL)


def _reads_environment(call):
    function = call.func
    by_env = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "env"
    return (by_env or isinstance(function, ast.Name) and function.id == "list_setting") and isinstance(
        call.args[0], ast.Constant
    )


def _default(source, call):
    """The default as it is written: ast.unparse() quotes strings differently on each version of Python."""
    default = ast.get_source_segment(source, call.args[1]) if len(call.args) > 1 else ""
    return "" if default in ("", '""') else f"`{default}`"


def _comment(lines, number):
    """The comment lines above a line, counted from 1."""
    found = []
    while (line := lines[number - 2 - len(found)].strip()).startswith("#"):
        found.append(line.lstrip("# "))
    return " ".join(reversed(found))


def _table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    for path, table in tables().items():
        path.write_text(replace(path.read_text(), table))
