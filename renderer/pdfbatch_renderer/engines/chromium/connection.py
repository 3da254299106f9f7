"""The DevTools protocol over a byte stream: JSON messages that end in NUL (Chromium's --remote-debugging-pipe).

The stream is always a socket: one end of a socketpair when the browser is our own subprocess, a unix socket
when the browser runs in a container beside us. Closing it ends the browser, in both cases.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, Final, cast

import msgspec

from pdfbatch_api.errors import EngineError

# One print of a large document arrives as one message; base64 makes it a third longer.
_RECEIVE_BUFFER: Final = 1 << 20

# What a session's handler is told, beside the browser's own events, when the connection ends.
LOST: Final = "Connection.lost"


class CdpError(EngineError):
    """The browser answered a call with an error."""


class ConnectionLostError(EngineError):
    """The browser is gone."""


class _Problem(msgspec.Struct):
    code: int = 0
    message: str = ""
    data: str = ""


class _Message(msgspec.Struct):
    id: int = 0
    method: str = ""
    params: msgspec.Raw = msgspec.Raw(b"{}")
    result: msgspec.Raw = msgspec.Raw(b"{}")
    error: _Problem | None = None
    session: str = msgspec.field(default="", name="sessionId")


class _Call(msgspec.Struct, omit_defaults=True):
    id: int
    method: str
    params: Any
    session: str = msgspec.field(default="", name="sessionId")


_message_decoder = msgspec.json.Decoder(_Message)
_encoder = msgspec.json.Encoder()
_anything = msgspec.json.Decoder()

EventHandler = Callable[[str, msgspec.Raw], None]


class Connection(asyncio.Protocol):
    """One browser's debugging connection. Calls are answered by id; events go to their session's handler.

    Never pipeline calls that depend on each other: the browser hands them to different processes, in no fixed
    order, and the print of one document can overtake the loading of another. Await each answer.
    """

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._scanned = 0
        self._next_id = 0
        self._waiting: dict[int, tuple[str, asyncio.Future[msgspec.Raw]]] = {}
        self._handlers: dict[str, EventHandler] = {}
        self._why_closed: str | None = None
        self.lost = asyncio.Event()

    @classmethod
    async def over(cls, stream: socket.socket) -> "Connection":
        """A connection over a connected socket, which it owns from now on."""
        stream.setblocking(False)
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _RECEIVE_BUFFER)
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, sock=stream)
        return connection

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=64 << 20)

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer
        buffer += data
        start = 0
        end = buffer.find(0, self._scanned)
        while end >= 0:
            self._dispatch(bytes(memoryview(buffer)[start:end]))
            start = end + 1
            end = buffer.find(0, start)
        if start:
            del buffer[:start]
        self._scanned = len(buffer)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(f"the browser closed the connection ({exc})" if exc else "the browser closed the connection")

    def _fail(self, why: str) -> None:
        if self._why_closed is None:
            self._why_closed = why
        self.lost.set()
        waiting, self._waiting = self._waiting, {}
        for _, future in waiting.values():
            if not future.done():
                future.set_exception(ConnectionLostError(self._why_closed))
                future.exception()  # seen: whoever awaited it may be gone
        for handler in list(self._handlers.values()):
            handler(LOST, msgspec.Raw(b"{}"))

    def fail_session(self, session: str, error: EngineError) -> None:
        """Fails the calls under way of one session: its tab will not answer them any more."""
        for number, (owner, future) in list(self._waiting.items()):
            if owner == session:
                del self._waiting[number]
                if not future.done():
                    future.set_exception(error)
                    future.exception()  # seen: whoever awaited it may be gone

    def _dispatch(self, data: bytes) -> None:
        message = _message_decoder.decode(data)
        if message.id:
            _, future = self._waiting.pop(message.id, ("", None))
            if future is None or future.done():
                return
            if message.error is not None:
                future.set_exception(CdpError(f"{message.error.message} {message.error.data}".strip()))
            else:
                future.set_result(message.result)
            return
        handler = self._handlers.get(message.session)
        if handler is not None:
            handler(message.method, message.params)

    # calls

    def on_events(self, session: str, handler: EventHandler | None) -> None:
        """Sends the events of a session ("" is the browser's own) to `handler`; None stops that."""
        if handler is None:
            self._handlers.pop(session, None)
        else:
            self._handlers[session] = handler

    def send(self, method: str, params: Any = None, session: str = "") -> asyncio.Future[msgspec.Raw]:
        """Begins a call; the future holds the raw result.

        Raises:
            ConnectionLostError: the browser is gone (also by the future).
        """
        if self._transport is None or self._why_closed is not None:
            raise ConnectionLostError(self._why_closed or "the connection was never made")
        self._next_id += 1
        future: asyncio.Future[msgspec.Raw] = asyncio.get_running_loop().create_future()
        self._waiting[self._next_id] = (session, future)
        call = _Call(self._next_id, method, {} if params is None else params, session)
        self._transport.write(_encoder.encode(call) + b"\0")
        return future

    async def call(self, method: str, params: Any = None, session: str = "") -> dict[str, Any]:
        """Calls and awaits the answer, as a dict.

        Raises:
            CdpError: the browser refused. ConnectionLostError: the browser is gone.
        """
        answer: dict[str, Any] = _anything.decode(await self.send(method, params, session))
        return answer

    def close(self) -> None:
        """Closes the stream, which ends the browser. Calls under way fail."""
        self._fail("the connection was closed")
        if self._transport is not None:
            self._transport.abort()
