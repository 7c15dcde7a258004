"""One task deals out all places; a single Condition wakes everybody who waits for anything."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from functools import partial
from types import TracebackType
from typing import Any, Literal, NamedTuple, Protocol

import anyio

Status = Literal["queued", "running", "done", "failed", "cancelled"]


class Chunks(Protocol):
    """What fetch(url) returns. An async generator is one."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> Any: ...


class DownloadCancelled(Exception):
    """Raised by Download.wait() for a download that was cancelled."""


class Snapshot(NamedTuple):
    """The state of one download at one moment."""

    url: str
    status: Status
    received: int


class Board:
    """A number that grows with every change. Whoever waits for anything looks again at each change."""

    def __init__(self) -> None:
        self.changes = 0
        self._event = anyio.Event()

    def changed(self) -> None:
        self.changes += 1
        event, self._event = self._event, anyio.Event()
        event.set()

    async def wait_until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            await self._event.wait()


class Download:
    """A handle for one download."""

    def __init__(self, url: str, board: Board) -> None:
        self.url = url
        self.status: Status = "queued"
        self.received = 0
        self.board = board
        self.wanted = True
        self.scope = anyio.CancelScope()
        self.result: Callable[[], bytes] | None = None

    def is_over(self) -> bool:
        return self.result is not None

    def become(self, status: Status, result: Callable[[], bytes] | None = None) -> None:
        self.status, self.result = status, result
        self.board.changed()

    def cancel(self) -> None:
        if self.status == "queued":
            self.become("cancelled", self.was_cancelled)
        else:
            self.scope.cancel()

    def was_cancelled(self) -> bytes:
        raise DownloadCancelled(f"{self.url} was cancelled")

    async def wait(self) -> bytes:
        await self.board.wait_until(self.is_over)
        assert self.result is not None
        return self.result()


class DownloadManager:
    """Downloads many files at once; the task `_deal` begins them."""

    def __init__(self, fetch: Callable[[str], Chunks], *, max_concurrent: int) -> None:
        self.fetch = fetch
        self.max_concurrent = max_concurrent
        self.downloads: list[Download] = []
        self.board = Board()
        self.phase: Literal["new", "open", "leaving", "closed"] = "new"
        self.group = anyio.create_task_group()

    async def __aenter__(self) -> DownloadManager:
        await self.group.__aenter__()
        self.phase = "open"
        self.group.start_soon(self._deal)
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> bool | None:
        self.phase = "leaving"
        self.board.changed()
        try:
            return await self.group.__aexit__(exc_type, exc, tb)
        finally:
            for download in self.downloads:
                if not download.is_over():
                    download.become("cancelled", download.was_cancelled)
            self.phase = "closed"
            self.board.changed()

    def start(self, url: str) -> Download:
        if self.phase not in ("open", "leaving"):
            raise RuntimeError("start() needs a manager that is inside of its block")
        download = Download(url, self.board)
        self.downloads.append(download)
        self.board.changed()
        return download

    def _count(self, status: Status) -> int:
        return sum(each.status == status for each in self.downloads)

    def _something_to_do(self) -> bool:
        if self._count("queued"):
            return self._count("running") < self.max_concurrent
        return self.phase == "leaving" and not self._count("running")

    async def _deal(self) -> None:
        """Begin what is next in line whenever there is a place, until all is over and the block is left."""
        while True:
            await self.board.wait_until(self._something_to_do)
            queued = [each for each in self.downloads if each.status == "queued"]
            if not queued and self.phase == "leaving":
                return
            for download in queued[: self.max_concurrent - self._count("running")]:
                download.become("running")
                self.group.start_soon(self._run, download)

    @contextmanager
    def _ending(self, download: Download) -> Iterator[None]:
        """Write down how the download ends."""
        try:
            with download.scope:
                yield
        except Exception as error:
            failure = error

            def fail() -> bytes:
                raise failure

            download.become("failed", fail)
        finally:
            if not download.is_over():
                download.become("cancelled", download.was_cancelled)

    async def _run(self, download: Download) -> None:
        with self._ending(download):
            await anyio.lowlevel.checkpoint()
            chunks: list[bytes] = []
            async with aclosing(self.fetch(download.url)) as source:
                async for chunk in source:
                    chunks.append(chunk)
                    download.received += len(chunk)
                    self.board.changed()
            data = b"".join(chunks)
            download.become("done", lambda: data)

    def _states(self) -> list[Snapshot]:
        return [Snapshot(each.url, each.status, each.received) for each in self.downloads]

    def _is_news(self, delivered: list[Snapshot] | None) -> bool:
        return self._states() != delivered or self.phase == "closed"

    async def updates(self) -> AsyncIterator[Sequence[Snapshot]]:
        delivered: list[Snapshot] | None = None
        while True:
            await self.board.wait_until(partial(self._is_news, delivered))
            states = self._states()
            if states == delivered:
                return
            delivered = states
            yield tuple(states)
