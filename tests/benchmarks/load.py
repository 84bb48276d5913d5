"""A few visitors who ask for one page again and again over connections that stay open."""

import socket
import threading
from time import perf_counter, sleep

VISITORS = 4
PATIENCE = 60


def burden(port, path, seconds):
    """What ``VISITORS`` see in so many seconds: ``(requests a second, [seconds of each, in order of length])``.

    Each answer must be 200.
    """
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: br\r\n\r\n".encode()
    took, problems = [], []

    def visit(end):
        try:
            mine = []
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
                while (begun := perf_counter()) < end:
                    connection.sendall(head)
                    receive(connection)
                    mine.append(perf_counter() - begun)
            took.extend(mine)
        except (OSError, ValueError) as problem:
            problems.append(problem)

    begun = perf_counter()
    visitors = [threading.Thread(target=visit, args=[begun + seconds]) for _ in range(VISITORS)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    if problems:
        raise problems[0]
    return len(took) / (perf_counter() - begun), sorted(took)


def receive(connection):
    """Read one whole answer; ``ValueError`` unless it is 200 and says its length."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        if not (received := connection.recv(65536)):
            raise ValueError("The server closed the connection.")
        answer += received
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    if b" 200 " not in lines[0] + b" ":
        raise ValueError(f"The server answered {lines[0].decode()}.")
    lengths = [int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")]
    missing = lengths[0] - len(body)
    while missing > 0:
        missing -= len(connection.recv(65536))


def wait_for(port):
    """Return when somebody listens on the port."""
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            sleep(0.1)
    raise TimeoutError(f"Nobody listens on port {port}.")
