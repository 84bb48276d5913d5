"""A few visitors who ask for one page again and again."""

import socket
import threading
from time import perf_counter, sleep

VISITORS = 4
PATIENCE = 60


def burden(port, path, seconds, keep=True):
    """What ``VISITORS`` see in so many seconds: ``(requests a second, [seconds of each, in order of length])``.

    Each answer must be 200. Without ``keep``, each request has a connection of its own.
    """
    kept = "keep-alive" if keep else "close"
    return visit(lambda: socket.create_connection(("127.0.0.1", port), PATIENCE), path, seconds, "127.0.0.1", kept)


def visit(connect, path, seconds, host, kept="keep-alive"):
    """The same, by connections that ``connect()`` makes."""
    head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: br\r\nConnection: {kept}\r\n\r\n".encode()
    took, problems = [], []

    def visitor(end):
        mine, connection = [], None
        try:
            while (begun := perf_counter()) < end:
                connection = connection or connect()
                connection.sendall(head)
                stays = receive(connection)
                mine.append(perf_counter() - begun)
                if not stays:
                    connection.close()
                    connection = None
            took.extend(mine)
        except (OSError, ValueError) as problem:
            problems.append(problem)
        finally:
            if connection:
                connection.close()

    begun = perf_counter()
    visitors = [threading.Thread(target=visitor, args=[begun + seconds]) for _ in range(VISITORS)]
    for one in visitors:
        one.start()
    for one in visitors:
        one.join()
    if problems:
        raise problems[0]
    return len(took) / (perf_counter() - begun), sorted(took)


def receive(connection):
    """Read one whole answer, which must be 200 and say its length, or ``ValueError``; whether the connection stays."""
    answer = more(connection)
    while b"\r\n\r\n" not in answer:
        answer += more(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    if b" 200 " not in lines[0] + b" ":
        raise ValueError(f"The server answered {lines[0].decode()}.")
    lengths = [int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")]
    missing = lengths[0] - len(body)
    while missing > 0:
        missing -= len(more(connection))
    return b"connection: close" not in lines


def more(connection):
    """What comes next, which must be something."""
    if not (received := connection.recv(65536)):
        raise ValueError("The server closed the connection.")
    return received


def wait_for(port):
    """Return when somebody listens on the port."""
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            sleep(0.1)
    raise TimeoutError(f"Nobody listens on port {port}.")
