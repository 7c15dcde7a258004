"""A parser of responses without input and output, with states as objects."""

from __future__ import annotations


class _State:
    def __init__(self, parser: Parser) -> None:
        self._parser = parser

    def _feed(self, data: bytes) -> bytes:
        raise NotImplementedError


class _Headers(_State):
    def _feed(self, data: bytes) -> bytes:
        head, found, rest = data.partition(b"\r\n\r\n")
        if not found:
            return data
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            self._parser._headers[name.strip().lower()] = value.strip()
        self._parser._go_to(_Body(self._parser))
        return rest


class _Body(_State):
    def _feed(self, data: bytes) -> bytes:
        self._parser._body += data
        return b""


class Parser:
    def __init__(self) -> None:
        self._headers: dict[bytes, bytes] = {}
        self._body = b""
        self._buffer = b""
        self._state: _State = _Headers(self)

    def _go_to(self, state: _State) -> None:
        self._state = state

    def feed(self, data: bytes) -> None:
        self._buffer += data
        while self._buffer:
            before = self._state
            self._buffer = before._feed(self._buffer)
            if self._state is before:
                return


def parse(*pieces: bytes) -> bytes:
    parser = Parser()
    for piece in pieces:
        parser.feed(piece)
    return parser._body
