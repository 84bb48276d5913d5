"""A few visitors who request one page in a loop."""

import socket
import threading
from time import perf_counter, sleep

VISITORS = 4
PATIENCE = 60


def burden(port, path, seconds, keep=True):
    """Let ``VISITORS`` request a page for this time. Return ``(requests per second, sorted seconds of each request)``.

    Each status must be 200. Without ``keep``, each request has its own connection.
    """
    header = "keep-alive" if keep else "close"
    return visit(lambda: socket.create_connection(("127.0.0.1", port), PATIENCE), path, seconds, "127.0.0.1", header)


def visit(connect, path, seconds, host, header="keep-alive"):
    """Like ``burden``, with connections from ``connect()``."""
    head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: br\r\nConnection: {header}\r\n\r\n".encode()
    took, problems = [], []

    def visitor(end):
        mine, connection = [], None
        try:
            while (began := perf_counter()) < end:
                connection = connection or connect()
                connection.sendall(head)
                stays = receive(connection)
                mine.append(perf_counter() - began)
                if not stays:
                    connection.close()
                    connection = None
            took.extend(mine)
        except (OSError, ValueError) as problem:
            problems.append(problem)
        finally:
            if connection:
                connection.close()

    began = perf_counter()
    visitors = [threading.Thread(target=visitor, args=[began + seconds]) for _ in range(VISITORS)]
    for thread in visitors:
        thread.start()
    for thread in visitors:
        thread.join()
    if problems:
        raise problems[0]
    return len(took) / (perf_counter() - began), sorted(took)


def receive(connection):
    """Read one response and return whether the connection stays open. Raise ``ValueError`` if its status is not 200."""
    response = more(connection)
    while b"\r\n\r\n" not in response:
        response += more(connection)
    head, _, body = response.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    if b" 200 " not in lines[0] + b" ":
        raise ValueError(f"The server answered {lines[0].decode()}.")
    lengths = [int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")]
    missing = lengths[0] - len(body)
    while missing > 0:
        missing -= len(more(connection))
    return b"connection: close" not in lines


def more(connection):
    """Return the next received bytes. Raise ``ValueError`` if there are none."""
    if not (received := connection.recv(65536)):
        raise ValueError("The server closed the connection.")
    return received


def wait_for(port):
    """Wait until a server listens on the port. Raise ``TimeoutError`` after a minute."""
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            sleep(0.1)
    raise TimeoutError(f"No server listens on port {port}.")
