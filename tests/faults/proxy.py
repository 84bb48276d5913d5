"""A TCP proxy that can be slow or silent."""

import socket
import threading
from contextlib import suppress


class Proxy:
    """Forwards connections from its ``port`` to another port of 127.0.0.1, ``delay`` seconds late.

    After ``fall_silent()`` it accepts connections and data but forwards nothing, until ``speak()``.
    """

    def __init__(self, port):
        self.target, self.delay = port, 0.0
        self._speaks, self._over = threading.Event(), threading.Event()
        self._speaks.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._sockets = []

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *problem):
        self._over.set()
        self._speaks.set()
        for opened in [self._listener, *self._sockets]:
            # Closing alone does not wake the threads that read from the socket.
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
            opened.close()

    def fall_silent(self):
        self._speaks.clear()

    def speak(self):
        """Forward the data received meanwhile, and all further data."""
        self._speaks.set()

    def _accept(self):
        while not self._over.is_set():
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                continue
            self._sockets += [client, server]
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self._forward, args=[source, target], daemon=True).start()

    def _forward(self, source, target):
        with suppress(OSError):
            while received := source.recv(65536):
                self._speaks.wait()
                self._over.wait(self.delay)
                target.sendall(received)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)
