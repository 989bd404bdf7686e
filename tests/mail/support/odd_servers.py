"""Servers that behave as none should: silent ones, too old ones, and such as repeat what they are sent."""

from __future__ import annotations

import base64
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def serve(answer: Callable[[socket.socket], None], context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Answer each connection in the block as the test says, one after the other; yield the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def work() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                if context is None:
                    answer(connection)
                    continue
                # It is a socket of its own, which has the connection from here on
                with context.wrap_socket(connection, server_side=True) as encrypted:
                    answer(encrypted)

    threading.Thread(target=work, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def say_nothing(connection: socket.socket) -> None:
    """Take the connection, and everything that comes, without a word."""
    while connection.recv(4096):
        pass


def repeat_over_smtp(connection: socket.socket) -> None:
    """Refuse each login, and say what was sent, as it came and in plain words."""
    connection.sendall(b"220 echo\r\n")
    with connection.makefile("rb") as lines:
        for line in lines:
            if line.upper().startswith(b"EHLO"):
                connection.sendall(b"250-echo\r\n250 AUTH PLAIN LOGIN XOAUTH2\r\n")
            elif line.upper().startswith(b"QUIT"):
                connection.sendall(b"221 bye\r\n")
                return
            else:
                connection.sendall(b"535 no: " + line.strip() + b" " + _unpack(line) + b"\r\n")


def repeat_over_imap(connection: socket.socket) -> None:
    """Refuse each login, and say what was sent, as it came and in plain words."""
    connection.sendall(b"* OK echo\r\n")
    with connection.makefile("rb") as lines:
        for line in lines:
            tag, _, words = line.strip().partition(b" ")
            command = words.partition(b" ")[0]
            if not command:
                continue  # the empty line by which a client answers the refusal of its token
            if command.upper() == b"CAPABILITY":
                connection.sendall(b"* CAPABILITY IMAP4REV1 AUTH=PLAIN AUTH=XOAUTH2\r\n" + tag + b" OK done\r\n")
            elif command.upper() == b"LOGOUT":
                connection.sendall(b"* BYE bye\r\n" + tag + b" OK done\r\n")
                return
            elif command.upper() == b"AUTHENTICATE":
                connection.sendall(b"+ \r\n")
                sent = lines.readline()
                connection.sendall(tag + b" NO " + sent.strip() + b" " + _unpack(sent) + b"\r\n")
            else:
                connection.sendall(tag + b" NO " + line.strip() + b"\r\n")


def _unpack(line: bytes) -> bytes:
    try:
        return re.sub(rb"[\x00-\x1f]", b" ", base64.b64decode(line.split()[-1]))
    except (ValueError, IndexError):
        return b""
