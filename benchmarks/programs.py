"""Small programs with threads, sockets, deadlocks and races, each with what must come of it, and a busy machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import dedent

from grader.kit.exercise import Limits
from grader.sandbox.box import Box, Job
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play
from grader.wire.recording import Ended, Recording

HEAD = """
import socket
import threading
import time
from functools import partial

import anyio
from anyio import create_memory_object_stream, create_task_group, from_thread, sleep, to_thread
from anyio.lowlevel import checkpoint


async def echoing(main):
    async def handle(client):
        async with client:
            while True:
                try:
                    await client.send(await client.receive())
                except anyio.EndOfStream:
                    return

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, create_task_group() as tg:
        tg.start_soon(listener.serve, handle)
        found = await main(listener.extra(anyio.abc.SocketAttribute.local_port))
        tg.cancel_scope.cancel()
        return found


async def beside_a_thread(serve, talk):
    server = socket.create_server(("127.0.0.1", 0))

    def accept():
        client, _ = server.accept()
        with client:
            serve(client)

    with server:
        async with create_task_group() as tg:
            tg.start_soon(to_thread.run_sync, accept)
            async with await anyio.connect_tcp("127.0.0.1", server.getsockname()[1]) as stream:
                return await talk(stream)
"""

SCENARIO = """
async def scenario(stage, **inputs):
    return await stage.submission.main(**inputs)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A submission whose ``main()`` is played. ``elapsed`` is in virtual seconds."""

    name: str
    body: str
    elapsed: float
    ended: Ended = Ended.RETURNED
    result: object = None

    @property
    def job(self) -> Job:
        source = f"{HEAD}\n\n{dedent(self.body)}"
        limits = Limits(wall_seconds=60, cpu_seconds=30)
        return Job(module="x", submission=source, scenarios=SCENARIO, limits=limits, needs=("loopback",))

    def is_as_it_must_be(self, recording: Recording) -> bool:
        result = recording.value if recording.ended is Ended.RETURNED else None
        return (recording.ended, recording.elapsed, result) == (self.ended, self.elapsed, self.result)


THREADS = (
    Program(
        name="threads sleep side by side",
        elapsed=5.0,
        result=[1, 2, 5],
        body="""
        async def main():
            done = []
            def work(seconds):
                time.sleep(seconds)
                done.append(seconds)
            async with create_task_group() as tg:
                for seconds in (5, 1, 2):
                    tg.start_soon(to_thread.run_sync, work, seconds)
            return done
        """,
    ),
    Program(
        name="a thread computes while a timer runs",
        elapsed=1.0,
        result=["thread", "timer"],
        body="""
        async def main():
            order = []
            def compute():
                total = sum(number * number for number in range(60_000))
                order.append("thread")
                return total
            async def timer():
                await sleep(1)
                order.append("timer")
            async with create_task_group() as tg:
                tg.start_soon(timer)
                tg.start_soon(to_thread.run_sync, compute)
            return order
        """,
    ),
    Program(
        name="a thread calls back into the loop",
        elapsed=6.0,
        result=3,
        body="""
        async def main():
            async def late(seconds):
                await sleep(seconds)
                return 1
            def work():
                found = 0
                for seconds in (1, 2, 3):
                    found += from_thread.run(late, seconds)
                return found
            return await to_thread.run_sync(work)
        """,
    ),
    Program(
        name="a thread of its own wakes a task",
        elapsed=3.0,
        result="awake",
        body="""
        async def main():
            opened = threading.Event()
            async def opener():
                await sleep(3)
                opened.set()
            async with create_task_group() as tg:
                tg.start_soon(opener)
                await to_thread.run_sync(opened.wait)
            return "awake"
        """,
    ),
    Program(
        name="two threads wait for each other",
        elapsed=0.0,
        ended=Ended.DEADLOCK,
        body="""
        async def main():
            left, right = anyio.Event(), anyio.Event()
            async with create_task_group() as tg:
                tg.start_soon(to_thread.run_sync, from_thread.run, left.wait)
                tg.start_soon(to_thread.run_sync, from_thread.run, right.wait)
        """,
    ),
    Program(
        name="a thread that is woken while tasks are busy",
        elapsed=3.0,
        result="awake",
        body="""
        async def main():
            opened = threading.Event()
            async def opener():
                await sleep(3)
                opened.set()
                for _ in range(40):
                    sum(range(2000))
                    await checkpoint()
            async def busy():
                await sleep(3)
                for _ in range(60):
                    sum(range(2000))
                    await checkpoint()
            async with create_task_group() as tg:
                tg.start_soon(opener)
                tg.start_soon(busy)
                tg.start_soon(busy)
                await to_thread.run_sync(opened.wait)
            return "awake"
        """,
    ),
)

SOCKETS = (
    Program(
        name="echo over loopback, with pauses",
        elapsed=10.0,
        result=b"0123456789",
        body="""
        async def main():
            return await echoing(talk)
        async def talk(port):
            found = b""
            async with await anyio.connect_tcp("127.0.0.1", port) as stream:
                for digit in range(10):
                    await stream.send(str(digit).encode())
                    found += await stream.receive()
                    await sleep(1)
            return found
        """,
    ),
    Program(
        name="a timer against an answer that comes first",
        elapsed=0.0,
        result=b"x",
        body="""
        async def main():
            return await echoing(talk)
        async def talk(port):
            async with await anyio.connect_tcp("127.0.0.1", port) as stream:
                with anyio.fail_after(0.001):
                    await stream.send(b"x")
                    return await stream.receive()
        """,
    ),
    Program(
        name="a thread answers over a socket",
        elapsed=2.0,
        result=b"hello",
        body="""
        async def main():
            return await beside_a_thread(serve, lambda stream: stream.receive())
        def serve(client):
            time.sleep(2)
            client.sendall(b"hello")
        """,
    ),
    Program(
        name="an answer that never comes",
        elapsed=0.0,
        ended=Ended.DEADLOCK,
        body="""
        async def main():
            return await echoing(talk)
        async def talk(port):
            async with await anyio.connect_tcp("127.0.0.1", port) as stream:
                await stream.receive()
        """,
    ),
    Program(
        name="a thread that echoes",
        elapsed=0.0,
        result=b"01234",
        body="""
        async def main():
            return await beside_a_thread(serve, talk)
        def serve(client):
            while data := client.recv(10):
                client.sendall(data)
        async def other():
            for _ in range(30):
                await checkpoint()
        async def talk(stream):
            found = b""
            async with create_task_group() as tg:
                for digit in range(5):
                    tg.start_soon(other)
                    await stream.send(str(digit).encode())
                    found += await stream.receive()
            return found
        """,
    ),
    Program(
        name="a thread as the client",
        elapsed=3.0,
        result=[b"hello", b"again"],
        body="""
        async def main():
            return await echoing(talk)
        async def talk(port):
            found = []
            def client():
                with socket.create_connection(("127.0.0.1", port)) as conn:
                    conn.sendall(b"hello")
                    found.append(conn.recv(10))
                    time.sleep(3)
                    conn.sendall(b"again")
                    found.append(conn.recv(10))
            await to_thread.run_sync(client)
            return found
        """,
    ),
    Program(
        name="two threads talk, beside a timer",
        elapsed=2.0,
        result=["timer", b"ping", b"pong"],
        body="""
        async def main():
            left, right = socket.socketpair()
            found = []
            def one():
                left.sendall(b"ping")
                time.sleep(1.5)
                found.append(left.recv(4))
            def two():
                time.sleep(1)
                found.append(right.recv(4))
                right.sendall(b"pong")
            async def timer():
                await sleep(0.5)
                found.append("timer")
                await sleep(1.5)
            async with create_task_group() as tg:
                tg.start_soon(to_thread.run_sync, one)
                tg.start_soon(to_thread.run_sync, two)
                tg.start_soon(timer)
            left.close(), right.close()
            return found
        """,
    ),
)

WAITS = (
    Program(
        name="two locks in opposite order",
        elapsed=3.0,
        ended=Ended.DEADLOCK,
        body="""
        async def main():
            left, right = anyio.Lock(), anyio.Lock()
            async def hold(mine, other):
                async with mine:
                    await sleep(3)
                    async with other:
                        pass
            async with create_task_group() as tg:
                tg.start_soon(hold, left, right)
                tg.start_soon(hold, right, left)
        """,
    ),
    Program(
        name="a stream that no task closes",
        elapsed=0.0,
        ended=Ended.DEADLOCK,
        body="""
        async def main():
            send, receive = create_memory_object_stream(2)
            async def produce():
                for number in range(5):
                    await send.send(number)
            async with create_task_group() as tg:
                tg.start_soon(produce)
                return [number async for number in receive]
        """,
    ),
    Program(
        name="timers in a crowd",
        elapsed=40.0,
        result=820,
        body="""
        async def main():
            total = 0
            async def wait(number):
                nonlocal total
                for _ in range(3):
                    await checkpoint()
                await sleep(number)
                total += number
            async with create_task_group() as tg:
                for number in range(1, 41):
                    tg.start_soon(wait, number)
            return total
        """,
    ),
)

HOGS = (
    Program(
        name="a task computes for ever beside one that does not",
        elapsed=1.0,
        ended=Ended.BLOCKED_LOOP,
        body="""
        async def innocent():
            while True:
                sum(number * number for number in range(20_000))
                await sleep(0.01)
        async def hog():
            await sleep(1)
            number = 0
            while True:
                number += 1  # hog
        async def main():
            async with create_task_group() as tg:
                tg.start_soon(innocent)
                tg.start_soon(hog)
        """,
    ),
    Program(
        name="a callback computes for ever",
        elapsed=1.0,
        ended=Ended.BLOCKED_LOOP,
        body="""
        import asyncio
        import sniffio
        import trio
        async def main():
            def callback():
                number = 0
                while True:
                    number += 1  # hog
            await sleep(1)
            if sniffio.current_async_library() == "trio":
                trio.lowlevel.current_trio_token().run_sync_soon(callback)
            else:
                asyncio.get_running_loop().call_soon(callback)
            await sleep(1)
        """,
    ),
    Program(
        name="one call into C that takes for ever, in a task that has slept",
        elapsed=1.0,
        ended=Ended.BLOCKED_LOOP,
        body="""
        async def main():
            await sleep(1)

            sum(range(10 ** 12))  # hog
        """,
    ),
    Program(
        name="one call into C that takes for ever, after some honest ones",
        elapsed=1.0,
        ended=Ended.BLOCKED_LOOP,
        body="""
        import re
        async def main():
            for _ in range(3):
                sum(range(1_000_000))
                await checkpoint()
            await sleep(1)

            re.match("(a+)+b", "a" * 40)  # hog
        """,
    ),
)
"""Each is to be blamed at its line, or at the line before it: the head of the loop."""

HEAVY = Program(
    name="a step that computes beside a line in which another play has hung",
    elapsed=0.0,
    body="""
    import re
    async def main(hangs, kind, seconds):
        began = time.thread_time()
        while hangs:
            pass
        while kind == "loop" and time.thread_time() - began < seconds:
            pass
        while kind == "calls" and time.thread_time() - began < seconds:
            sum(range(1_000_000))
        if kind == "call":
            sum(range(int(seconds * 40_000_000)))
        if kind == "thread":
            await to_thread.run_sync(sum, range(int(seconds * 100_000_000)))
        await checkpoint()
        return kind
    """,
)
KINDS = ("loop", "calls", "call", "thread")

PROGRAMS = (*THREADS, *SOCKETS, *WAITS)


def play(box: Box, program: Program, backend: str, seed: int = 0) -> Recording:
    """The recording of one play in a child of its own."""
    return play_job(box, program.job, backend, seed)


def play_job(box: Box, job: Job, backend: str, seed: int) -> Recording:
    cell = Cell(box, job)
    try:
        return cell.recording(Play("scenario", Play.encode({}), backend, seed, trace=True))
    finally:
        cell.close()


@contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """Keep so many processors busy with something else."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
