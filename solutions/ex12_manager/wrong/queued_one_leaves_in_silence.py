# fails: test_updates_show_changes_as_they_happen (missed-change)
# root: missed-change
"""That a queued download was cancelled is told nobody who reads updates()."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from types import TracebackType
from typing import Any, Literal, NamedTuple, Protocol

import anyio
from anyio.abc import TaskGroup
from anyio.lowlevel import checkpoint

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
    """A handle for one download, made by DownloadManager.start()."""

    def __init__(self, url: str, manager: DownloadManager) -> None:
        self.url = url
        self.status: Status = "queued"
        self.received = 0
        self._manager = manager
        self._chunks: list[bytes] = []
        self._error: Exception | None = None
        self._scope = anyio.CancelScope()
        self._over = anyio.Event()

    async def wait(self) -> bytes:
        await self._over.wait()
        if self.status == "cancelled":
            raise DownloadCancelled(self.url)
        if self._error is not None:
            raise self._error
        return b"".join(self._chunks)

    def cancel(self) -> None:
        if self.status == "queued":
            self._manager._forget(self)
        self._scope.cancel()

    def _end(self, status: Status) -> None:
        self.status = status
        self._over.set()


class DownloadManager:
    """Downloads many files at once without ever locking up the user interface."""

    def __init__(self, fetch: Callable[[str], Chunks], *, max_concurrent: int) -> None:
        self._fetch = fetch
        self._max_concurrent = max_concurrent
        self._downloads: list[Download] = []
        self._queue: deque[Download] = deque()
        self._running = 0
        self._group: TaskGroup | None = None
        self._version = 0
        self._changed = anyio.Event()
        self._closed = False

    async def __aenter__(self) -> DownloadManager:
        self._group = await anyio.create_task_group().__aenter__()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> bool | None:
        assert self._group is not None
        try:
            return await self._group.__aexit__(exc_type, exc, tb)
        finally:
            self._group = None
            self._closed = True
            self._notify()

    def start(self, url: str) -> Download:
        if self._group is None:
            raise RuntimeError("start() works inside of `async with manager:` alone")
        download = Download(url, self)
        self._downloads.append(download)
        self._queue.append(download)
        self._begin()
        self._notify()
        return download

    async def updates(self) -> AsyncIterator[Sequence[Snapshot]]:
        seen: int | None = None
        while True:
            if seen != self._version:
                seen = self._version
                yield tuple(Snapshot(each.url, each.status, each.received) for each in self._downloads)
            elif self._closed:
                return
            else:
                await self._changed.wait()

    def _notify(self) -> None:
        self._version += 1
        self._changed.set()
        self._changed = anyio.Event()

    def _begin(self) -> None:
        assert self._group is not None
        while self._queue and self._running < self._max_concurrent:
            download = self._queue.popleft()
            self._running += 1
            download.status = "running"
            self._group.start_soon(self._run, download)

    def _forget(self, download: Download) -> None:
        self._queue.remove(download)
        download._end("cancelled")

    async def _run(self, download: Download) -> None:
        end: Status = "cancelled"
        try:
            with download._scope:
                await self._read(download)
                end = "done"
        except Exception as error:
            download._error = error
            end = "failed"
        finally:
            download._end(end)
            self._running -= 1
            self._begin()
            self._notify()

    async def _read(self, download: Download) -> None:
        await checkpoint()
        async with aclosing(self._fetch(download.url)) as chunks:
            async for chunk in chunks:
                download._chunks.append(chunk)
                download.received += len(chunk)
                self._notify()
