"""Ports for servers that tests start."""

import socket


def a_free_port() -> int:
    """One of 127.0.0.1 that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
