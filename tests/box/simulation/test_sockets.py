"""Blocking sockets in worker threads: played in turns, in virtual time, and the same every time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.programs import SOCKETS, busy_loops
from grader.sandbox.box import Box
from grader.wire.recording import Ended
from tests.plays_samples import cell_of, on_both_backends, play_of, played

(ANSWERING,) = (program.job.submission for program in SOCKETS if program.name == "a thread answers over a socket")

NUMBERED = """
async def scenario(stage, number):
    return await stage.submission.main()
"""
"""The number makes each a play of its own."""


@pytest.fixture
def busy() -> Iterator[None]:
    with busy_loops(2):
        yield


@on_both_backends
@pytest.mark.usefixtures("busy")
def test_a_thread_that_answers_over_a_socket_is_played_alike_every_time(box: Box, backend: str) -> None:
    with cell_of(box, ANSWERING, NUMBERED) as cell:
        # Ten to fifty in a hundred were different when what a thread sent was seen between any two steps.
        plays = [play_of(backend, seed=seed, number=number) for seed in (0, 1) for number in range(12)]
        recordings = [cell.recording(play) for play in plays]

    assert {(recording.ended, recording.elapsed) for recording in recordings} == {(Ended.RETURNED, 2)}
    assert [len({recording.digest for recording in recordings[at : at + 12]}) for at in (0, 12)] == [1, 1]


@on_both_backends
def test_a_timeout_of_a_socket_in_a_thread_is_virtual(box: Box, backend: str) -> None:
    source = """
    import socket, time, anyio
    async def main():
        server = socket.create_server(("127.0.0.1", 0))
        server.settimeout(3600)
        def accept():
            try:
                server.accept()
            except TimeoutError:
                return time.monotonic()
        return await anyio.to_thread.run_sync(accept)
    """
    recording = played(box, backend, source)

    assert (recording.result, recording.elapsed) == (3600.0, 3600)


@on_both_backends
def test_a_thread_that_waits_for_ever_for_a_socket_is_a_deadlock(box: Box, backend: str) -> None:
    source = """
    import socket, anyio
    async def main():
        left, right = socket.socketpair()
        await anyio.to_thread.run_sync(left.recv, 1)
    """
    assert played(box, backend, source).ended is Ended.DEADLOCK


@on_both_backends
def test_a_thread_sends_more_than_the_kernel_holds(box: Box, backend: str) -> None:
    source = """
    import socket, anyio
    async def main():
        left, right = socket.socketpair()
        right.setblocking(False)
        async with anyio.create_task_group() as tg:
            tg.start_soon(anyio.to_thread.run_sync, left.sendall, bytes(10_000_000))
            size = 0
            while size < 10_000_000:
                await anyio.wait_readable(right)
                size += len(right.recv(100_000))
        return size
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.result, recording.elapsed) == (Ended.RETURNED, 10_000_000, 0)


@on_both_backends
def test_all_that_a_thread_sends_at_once_has_one_deadline(box: Box, backend: str) -> None:
    source = """
    import socket, time, anyio
    async def main():
        left, right = socket.socketpair()
        left.settimeout(2)
        def send():
            try:
                left.sendall(bytes(10_000_000))
            except TimeoutError:
                return time.monotonic()
        async with anyio.create_task_group() as tg:
            async def read():
                for _ in range(6):
                    await anyio.sleep(1.5)
                    right.recv(100_000)
            tg.start_soon(read)
            gave_up = await anyio.to_thread.run_sync(send)
            tg.cancel_scope.cancel()
        return gave_up
    """
    assert played(box, backend, source).value == 2.0


def test_an_epoll_is_made_of_a_descriptor(box: Box) -> None:
    source = """
    import select, socket
    async def main():
        left, right = socket.socketpair()
        first = select.epoll()
        first.register(left, select.EPOLLIN)
        right.send(b"x")
        return len(select.epoll.fromfd(first.fileno()).poll(0))
    """
    assert played(box, "asyncio", source).value == 1


@on_both_backends
def test_two_threads_wait_for_the_same_listener(box: Box, backend: str) -> None:
    source = """
    import socket, anyio
    async def main():
        server = socket.create_server(("127.0.0.1", 0))
        served = []
        def serve(name):
            client, _ = server.accept()
            with client:
                served.append(name)
                client.sendall(name)
        async def ask():
            async with await anyio.connect_tcp("127.0.0.1", server.getsockname()[1]) as stream:
                await stream.receive()
        async with anyio.create_task_group() as tg:
            tg.start_soon(anyio.to_thread.run_sync, serve, b"a")
            tg.start_soon(anyio.to_thread.run_sync, serve, b"b")
            await anyio.sleep(1)
            tg.start_soon(ask)
            await anyio.sleep(1)
            tg.start_soon(ask)
        return served
    """
    recording = played(box, backend, source)

    assert (recording.result, recording.elapsed) == ([b"a", b"b"], 2)


@on_both_backends
def test_a_thread_hears_of_the_other_end_being_closed(box: Box, backend: str) -> None:
    source = """
    import socket, anyio
    async def main():
        left, right = socket.socketpair()
        async def close():
            await anyio.sleep(5)
            right.close()
        async with anyio.create_task_group() as tg:
            tg.start_soon(close)
            return await anyio.to_thread.run_sync(left.recv, 1)
    """
    recording = played(box, backend, source)

    assert (recording.result, recording.elapsed) == (b"", 5)


@on_both_backends
def test_a_thread_that_goes_on_after_its_play_waits_no_more(box: Box, backend: str) -> None:
    source = """
    import socket, anyio
    async def main():
        left, right = socket.socketpair()
        left.settimeout(1)
        def wait():
            for _ in range(3):
                try:
                    left.recv(1)
                except BaseException:
                    pass
        with anyio.move_on_after(0.5):
            await anyio.to_thread.run_sync(wait, abandon_on_cancel=True)
    """
    with cell_of(box, source, NUMBERED) as cell:
        recordings = [cell.recording(play_of(backend, number=number)) for number in range(3)]

    assert [(recording.ended, recording.elapsed) for recording in recordings] == [(Ended.RETURNED, 0.5)] * 3
