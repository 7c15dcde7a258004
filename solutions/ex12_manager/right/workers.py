"""A fixed crew of workers is fed by a memory stream; each reader of updates() has a mailbox with one slot."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Sequence
from types import TracebackType
from typing import Any, Literal, NamedTuple, Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

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
    """A handle for one download, filled by the worker that takes it."""

    def __init__(self, url: str, manager: DownloadManager) -> None:
        self.url = url
        self.status: Status = "queued"
        self.received = 0
        self.manager = manager
        self.data = b""
        self.error: Exception | None = None
        self.scope: anyio.CancelScope | None = None
        self.waiting: list[anyio.Event] = []

    @property
    def is_over(self) -> bool:
        return self.status in ("done", "failed", "cancelled")

    def finish(self, status: Status) -> None:
        if self.is_over:
            return
        self.status = status
        self.manager.tell_all()
        for event in self.waiting:
            event.set()

    def cancel(self) -> None:
        if self.scope is not None:
            self.scope.cancel()
        else:
            # It stays in the stream; the worker that finds it there skips it.
            self.finish("cancelled")

    async def wait(self) -> bytes:
        if not self.is_over:
            mine = anyio.Event()
            self.waiting.append(mine)
            try:
                await mine.wait()
            finally:
                self.waiting.remove(mine)
        if self.status == "cancelled":
            raise DownloadCancelled
        if self.error:
            raise self.error
        return self.data


class Reader:
    """One iterator of updates(). Its mailbox holds one letter: "there is something new"."""

    def __init__(self, manager: DownloadManager) -> None:
        self.manager = manager
        self.send, self.receive = anyio.create_memory_object_stream[None](1)
        self.send.send_nowait(None)
        if manager.closed:
            self.send.close()
        else:
            manager.readers.append(self)

    def __aiter__(self) -> Reader:
        return self

    async def __anext__(self) -> Sequence[Snapshot]:
        try:
            await self.receive.receive()
        except anyio.EndOfStream:
            self.receive.close()
            raise StopAsyncIteration from None
        except anyio.ClosedResourceError:
            raise StopAsyncIteration from None
        return [Snapshot(each.url, each.status, each.received) for each in self.manager.downloads]

    async def aclose(self) -> None:
        self.send.close()
        self.receive.close()
        if self in self.manager.readers:
            self.manager.readers.remove(self)


class DownloadManager:
    """Downloads many files at once, with as many workers as there may be downloads."""

    def __init__(self, fetch: Callable[[str], Chunks], *, max_concurrent: int) -> None:
        self.fetch = fetch
        self.max_concurrent = max_concurrent
        self.downloads: list[Download] = []
        self.readers: list[Reader] = []
        self.inbox: MemoryObjectSendStream[Download] | None = None
        self.group = anyio.create_task_group()
        self.closed = False

    async def __aenter__(self) -> DownloadManager:
        await self.group.__aenter__()
        self.inbox, outbox = anyio.create_memory_object_stream[Download](math.inf)
        for _ in range(self.max_concurrent):
            self.group.start_soon(self.work, outbox.clone())
        outbox.close()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> bool | None:
        assert self.inbox is not None
        # The workers go home when nothing can come any more. From here on start() raises RuntimeError.
        self.inbox.close()
        self.inbox = None
        try:
            return await self.group.__aexit__(exc_type, exc, tb)
        finally:
            for download in self.downloads:
                download.finish("cancelled")
            self.closed = True
            self.tell_all()
            for reader in self.readers:
                reader.send.close()

    def start(self, url: str) -> Download:
        if self.inbox is None:
            raise RuntimeError("the manager does not accept downloads")
        download = Download(url, self)
        self.downloads.append(download)
        self.inbox.send_nowait(download)
        self.tell_all()
        return download

    def tell_all(self) -> None:
        for reader in self.readers:
            try:
                reader.send.send_nowait(None)
            except (anyio.WouldBlock, anyio.BrokenResourceError, anyio.ClosedResourceError):
                pass  # there is a letter already, or nobody reads any more

    async def work(self, outbox: MemoryObjectReceiveStream[Download]) -> None:
        with outbox:
            async for download in outbox:
                if not download.is_over:
                    await self.handle(download)

    async def handle(self, download: Download) -> None:
        with anyio.CancelScope() as download.scope:
            download.status = "running"
            self.tell_all()
            try:
                download.data = await self.load(download)
            except Exception as error:
                download.error = error
                download.finish("failed")
            else:
                download.finish("done")
        download.finish("cancelled")

    async def load(self, download: Download) -> bytes:
        chunks = self.fetch(download.url)
        parts = []
        try:
            async for chunk in chunks:
                parts.append(chunk)
                download.received += len(chunk)
                self.tell_all()
        finally:
            await chunks.aclose()
        return b"".join(parts)

    def updates(self) -> AsyncIterator[Sequence[Snapshot]]:
        return Reader(self)
