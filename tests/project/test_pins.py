"""Every installed package has a pinned version and a hash, so that installing resolves nothing."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution, packages_distributions

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..processes import ROOT

REQUIREMENTS = ["requirements.txt", "tests/requirements.txt"]
PYTHONS = ["3.11.2", "3.12.1", "3.13.0"]
OUR_OWN = ["policeapp", "departments", "jobs"]
OF_EXTRAS = ["dj_database_url", "qrcode"]  # of environs[django] and django-allauth[mfa]


def pins_of(name):
    """``{package: (Requirement with one version, [hashes])}`` of a requirements file."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    pins = {}
    for line in lines:
        requirement, *hashes = line.split("--hash=")
        pin = Requirement(requirement)
        pins[canonicalize_name(pin.name)] = (pin, [hash.strip() for hash in hashes])
    return pins


def version_of(pin):
    [specifier] = pin.specifier
    assert specifier.operator == "==", pin
    return specifier.version


def declared(extra=None):
    """Return the requirements in pyproject.toml, of the site or of an extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [
        Requirement(text) for text in (project["optional-dependencies"][extra] if extra else project["dependencies"])
    ]


def needed(requirements, python, extras=("",)):
    """Return the requirements whose markers match this version of Python and one of the extras."""
    environment = default_environment() | {
        "python_version": python.rpartition(".")[0],
        "python_full_version": python,
    }
    return [
        requirement
        for requirement in requirements
        if not requirement.marker
        or any(requirement.marker.evaluate(environment | {"extra": extra}) for extra in extras)
    ]


def unmet(pins, requirements, python):
    """Check that the pins satisfy the requirements and their dependencies. Return a list of problems."""
    problems, seen = [], set()
    queue = [("pyproject.toml", requirement) for requirement in needed(requirements, python)]
    while queue:
        by, requirement = queue.pop()
        name = canonicalize_name(requirement.name)
        pin, _hashes = pins.get(name, (None, None))
        if pin is None:
            problems.append(f"{by} needs {requirement}, which is not pinned")
            continue
        if not requirement.specifier.contains(version_of(pin), prereleases=True):
            problems.append(f"{by} needs {requirement}, and {pin} is pinned")
        if (name, *sorted(requirement.extras)) not in seen:
            seen.add((name, *sorted(requirement.extras)))
            of_package = map(Requirement, distribution(name).requires or [])
            queue += [(name, dependency) for dependency in needed(of_package, python, ("", *requirement.extras))]
    return problems


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_package_is_pinned_with_hashes(name):
    pins = pins_of(name)
    assert len(pins) > 10
    for pin, hashes in pins.values():
        assert version_of(pin)
        assert hashes and all(re.fullmatch("sha256:[0-9a-f]{64}", hash) for hash in hashes), pin


@pytest.mark.parametrize("python", PYTHONS)
def test_the_pins_are_complete(python):
    """Packages are installed without their dependencies, so each dependency must have a pin."""
    assert unmet(pins_of("requirements.txt"), declared(), python) == []
    assert unmet(pins_of("tests/requirements.txt"), declared() + declared("test"), python) == []


@pytest.mark.parametrize("package", ["coverage", "asgiref", "iniconfig"])
def test_a_missing_pin_is_found(package):
    pins = pins_of("tests/requirements.txt")
    del pins[package]
    assert any(f"needs {package}" in problem for problem in unmet(pins, declared() + declared("test"), "3.11.2"))


def test_an_outdated_pin_is_found():
    pins = pins_of("requirements.txt")
    pins["django"] = (Requirement("django==5.1"), [])
    assert any("django==5.1 is pinned" in problem for problem in unmet(pins, declared(), "3.12.1"))


@pytest.mark.parametrize("target", [".venv/.site", ".venv/.tests"])
def test_installing_resolves_nothing(target):
    commands = subprocess.run(
        ["make", "--dry-run", "--always-make", target], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    installs = [line for line in commands.splitlines() if " install " in line and "pip" in line]
    assert installs
    for line in installs:
        for option in ("--no-deps", "--only-binary :all:", "--require-hashes", "--requirement"):
            assert option in line
    assert len(re.findall(r"pip \S+ check >/dev/null", commands)) == len(installs)


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_the_pins_name_no_index(name):
    text = (ROOT / name).read_text()
    assert not re.search(r"https?:|file:/|--(extra-)?index-url|--find-links|--trusted-host|^-[if] ", text, flags=re.M)


def test_tests_and_site_use_the_same_versions():
    site, tests = (pins_of(name) for name in REQUIREMENTS)
    assert site.keys() <= tests.keys()
    assert [name for name in site if version_of(site[name][0]) != version_of(tests[name][0])] == []


@pytest.mark.any_engine
def test_every_package_that_the_code_imports_is_declared():
    trees = [ast.parse(path.read_text()) for name in OUR_OWN for path in (ROOT / name).rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    packages = {module.partition(".")[0] for module in modules} - sys.stdlib_module_names - {*OUR_OWN, *OF_EXTRAS}
    installed, names = packages_distributions(), {canonicalize_name(each.name) for each in declared()}
    assert {each for each in packages if names.isdisjoint(map(canonicalize_name, installed[each]))} == set()
