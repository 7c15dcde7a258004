"""Every download is a task from the start, and waits for a ticket of its own to begin."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing
from types import TracebackType
from typing import Any, Literal, NamedTuple, Protocol

import anyio
from anyio.abc import TaskGroup

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


class Download:
    """A handle for one download; its state is one immutable Snapshot, replaced at every change."""

    def __init__(self, url: str, changed: Callable[[], None]) -> None:
        self._state = Snapshot(url, "queued", 0)
        self._changed = changed
        self.ticket = anyio.Event()
        self.scope = anyio.CancelScope()
        self.finished = anyio.Event()
        self.outcome: bytes | Exception = b""

    @property
    def url(self) -> str:
        return self._state.url

    @property
    def status(self) -> Status:
        return self._state.status

    @property
    def received(self) -> int:
        return self._state.received

    @property
    def snapshot(self) -> Snapshot:
        return self._state

    def change(self, status: Status, received: int | None = None) -> None:
        self._state = Snapshot(self.url, status, self.received if received is None else received)
        self._changed()

    def finish(self, status: Status, outcome: bytes | Exception) -> None:
        self.outcome = outcome
        self.change(status)
        self.finished.set()

    def cancel(self) -> None:
        self.scope.cancel()
        if self.status == "queued" and not self.ticket.is_set():
            # Its task only waits for the ticket: nothing has to be cleaned up.
            self.finish("cancelled", DownloadCancelled(self.url))

    async def wait(self) -> bytes:
        await self.finished.wait()
        if isinstance(self.outcome, bytes):
            return self.outcome
        raise self.outcome


class DownloadManager:
    """Downloads many files at once; whoever frees a place gives a ticket to the next in line."""

    def __init__(self, fetch: Callable[[str], Chunks], *, max_concurrent: int) -> None:
        self._fetch = fetch
        self._free: float = max_concurrent
        self._line: deque[Download] = deque()
        self._all: list[Download] = []
        self._stack = AsyncExitStack()
        self._group: TaskGroup | None = None
        self._bells: list[anyio.Event] = []
        self._over = False

    async def __aenter__(self) -> DownloadManager:
        self._stack.callback(self._close)
        self._group = await self._stack.enter_async_context(anyio.create_task_group())
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> bool | None:
        if exc_type is not None:
            self._drop_the_line()
        return await self._stack.__aexit__(exc_type, exc, tb)

    def _close(self) -> None:
        self._group = None
        self._over = True
        self._ring()

    def _drop_the_line(self) -> None:
        self._free = -math.inf
        for download in self._all:
            if download.status == "queued":
                download.cancel()

    def _ring(self) -> None:
        for bell in self._bells:
            bell.set()

    def start(self, url: str) -> Download:
        if self._group is None:
            raise RuntimeError("the manager is not inside of its block")
        download = Download(url, self._ring)
        self._all.append(download)
        self._line.append(download)
        self._group.start_soon(self._live, download)
        self._give_tickets()
        self._ring()
        return download

    def _give_tickets(self) -> None:
        while self._line and self._free > 0:
            download = self._line.popleft()
            if download.status == "queued":
                self._free -= 1
                download.ticket.set()

    async def _live(self, download: Download) -> None:
        try:
            with download.scope:
                await download.ticket.wait()
                # A ticket that was set lets pass even a cancelled task, on one backend or the other.
                await anyio.lowlevel.checkpoint_if_cancelled()
                data = await self._load(download)
                download.finish("done", data)
        except Exception as error:
            download.finish("failed", error)
        except BaseException:
            # Not a cancellation of this download alone, which ends at its scope: the whole block is cancelled.
            self._drop_the_line()
            raise
        finally:
            if not download.finished.is_set():
                download.finish("cancelled", DownloadCancelled(download.url))
            if download.ticket.is_set():
                self._free += 1
                self._give_tickets()

    async def _load(self, download: Download) -> bytes:
        download.change("running")
        data = bytearray()
        async with aclosing(self._fetch(download.url)) as chunks:
            async for chunk in chunks:
                data += chunk
                download.change("running", len(data))
        return bytes(data)

    async def updates(self) -> AsyncIterator[Sequence[Snapshot]]:
        bell = anyio.Event()
        self._bells.append(bell)
        place = len(self._bells) - 1
        delivered: list[Snapshot] | None = None
        while True:
            newest = [download.snapshot for download in self._all]
            if newest != delivered:
                delivered = newest
                yield list(newest)
                continue
            if self._over:
                return
            await bell.wait()
            bell = self._bells[place] = anyio.Event()
