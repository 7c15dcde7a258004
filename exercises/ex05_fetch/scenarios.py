"""Scenarios of ex05: a web server in the same event loop, and calls of ``fetch_data_from`` that talk to it.

The sockets are real, the time is virtual. A server that waits a second gives everybody else a second.
"""

import socket
import threading
from contextlib import contextmanager, suppress
from functools import partial

import anyio
from anyio.abc import SocketAttribute

PATIENCE = 30
EMPTY_LINE = b"\r\n\r\n"


# ---- the server ------------------------------------------------------------------------------------------------------


async def with_server(stage, answer, use):
    """Return or raise what use(host) does while a server at that host treats every connection as answer says.

    It is over when every connection is over, and none lives longer than the server's patience.
    """
    failure = None
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        host = f"127.0.0.1:{listener.extra(SocketAttribute.local_port)}"
        stage.mark("host", host.encode())
        async with anyio.create_task_group() as connections, anyio.create_task_group() as listening:
            listening.start_soon(listener.serve, partial(connection, stage, answer), connections, name="server")
            try:
                result = await use(host)
            # Raised behind the groups, for they would wrap it.
            except Exception as error:
                failure = error
            listening.cancel_scope.cancel()

    if failure is not None:
        raise failure
    return result


async def connection(stage, answer, stream):
    stage.mark("connected")
    async with stream:
        try:
            await answer(stream, await hear(stage, stream))
        except anyio.BrokenResourceError:
            stage.mark("hung up")


async def hear(stage, connection):
    """Receive one request, up to the empty line, the end of the stream or the end of the server's patience."""
    request = b""
    with anyio.move_on_after(PATIENCE), suppress(anyio.EndOfStream):
        while EMPTY_LINE not in request:
            request += await connection.receive()
    stage.mark("request", request)
    return request


async def send(stage, connection, pieces):
    """Send the pieces with a second between them, in which the client has only what is there."""
    async with stage.span("server sends"):
        for number, piece in enumerate(pieces):
            if number:
                await anyio.sleep(1)
            await connection.send(piece)


async def leave_open(stage, connection):
    """Wait until the client hangs up. A client that never does is hung up on in the end."""
    with anyio.move_on_after(PATIENCE):
        with suppress(anyio.EndOfStream, anyio.BrokenResourceError):
            while True:
                await connection.receive()
        stage.mark("hung up")
        return
    stage.mark("left open")


# ---- the scenarios ---------------------------------------------------------------------------------------------------


async def fetch(stage, url):
    try:
        body = await stage.submission.fetch_data_from(url)
    except stage.submission.FetchError as error:
        stage.mark("status", error.status)
        raise
    return bytes(body) if isinstance(body, bytearray) else body


async def fetch_alone(stage, target, host):
    async with stage.span("fetch"):
        return await fetch(stage, f"http://{host}{target}")


def whole(document):
    return b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(document) + document


async def answered_at_port_80(stage, pieces, only_there):
    """The URL names no port. What goes to port 80 reaches the server, or, if not only that does, what goes to any."""

    async def answer(connection, request):
        await send(stage, connection, pieces)

    async def use(host):
        address, _, port = host.partition(":")
        stage.mark("named", address.encode())
        with redirected(int(port), only_from=80 if only_there else None):
            return await fetch_alone(stage, "/", address)

    return await with_server(stage, answer, use)


@contextmanager
def redirected(port, only_from):
    """Lead connections to one port of this computer, or to any, to another one: only root can listen at port 80."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def leading_there(call):
        def called(self, address):
            host, asked, *more = address
            return call(self, (host, port if only_from in (None, asked) else asked, *more))

        return called

    socket.socket.connect, socket.socket.connect_ex = leading_there(connect), leading_there(connect_ex)
    try:
        yield
    finally:
        socket.socket.connect, socket.socket.connect_ex = connect, connect_ex


async def twice(stage):
    """The same URL is fetched twice, and the document has changed in between."""
    documents = [b"first", b"second"]

    async def answer(connection, request):
        await connection.send(whole(documents.pop(0)))

    async def use(host):
        return [await fetch(stage, f"http://{host}/news") for _ in range(2)]

    return await with_server(stage, answer, use)


async def refused(stage):
    """Nobody listens at that port any more."""
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        port = listener.extra(SocketAttribute.local_port)
    await fetch(stage, f"http://127.0.0.1:{port}/")


async def answered(stage, pieces, target="/"):
    """The server sends the pieces and hangs up."""

    async def answer(connection, request):
        await send(stage, connection, pieces)

    return await with_server(stage, answer, partial(fetch_alone, stage, target))


async def each_answered(stage, responses):
    """One after the other, each by a server of its own: it sends the pieces and hangs up."""
    for name, pieces in responses.items():
        stage.mark("input", name)
        await stage.attempt(name, answered, stage, pieces)


async def asked(stage, targets, pieces):
    """One after the other, each at a server of its own: each target is asked for, and gets the same response."""
    for target in targets:
        stage.mark("input", target)
        await stage.attempt(target, answered, stage, pieces, target)


async def left_open(stage, pieces):
    """The server sends the pieces and leaves hanging up to the client."""
    answer = partial(send_and_leave_open, stage, pieces)
    return await with_server(stage, answer, partial(fetch_alone, stage, "/"))


async def each_left_open(stage, responses):
    """One after the other, each by a server of its own: it sends the pieces and leaves hanging up to the client."""
    for name, pieces in responses.items():
        stage.mark("input", name)
        await stage.attempt(name, left_open, stage, pieces)


async def send_and_leave_open(stage, pieces, connection, request):
    await send(stage, connection, pieces)
    await leave_open(stage, connection)


async def ticking(stage, seconds, response=b"HTTP/1.0 200 OK\r\n\r\nhello"):
    """A clock ticks every second while the server takes its time."""

    async def answer(connection, request):
        async with stage.span("server thinks"):
            await anyio.sleep(seconds)
        await connection.send(response)

    async def tick():
        async with stage.span("clock"):
            while True:
                await anyio.sleep(1)
                stage.mark("tick")

    async def use(host):
        async with anyio.create_task_group() as tg:
            tg.start_soon(tick)
            body = await fetch_alone(stage, "/", host)
            tg.cancel_scope.cancel()
        return body

    return await with_server(stage, answer, use)


async def crowd(stage, count):
    """The server answers nobody before `count` requests are there; each is answered with its own target."""
    everybody_is_here = anyio.Event()
    bodies = {}
    here = 0
    # Threads of an earlier call may still be about to end: they are told apart, as counting them would not be exact.
    threads_before = set(threading.enumerate())

    async def answer(connection, request):
        nonlocal here
        target = b"".join(request.split()[1:2])
        if target != b"/first":
            here += 1
            if here == count:
                stage.mark("threads", len(set(threading.enumerate()) - threads_before))
                everybody_is_here.set()
            await everybody_is_here.wait()
        await connection.send(whole(target))

    async def one(host, number):
        bodies[number] = await fetch(stage, f"http://{host}/{number}")

    async def use(host):
        # One alone to begin with: what blocks is found out here, and not fifty times over.
        await fetch(stage, f"http://{host}/first")
        async with anyio.create_task_group() as tg:
            for number in range(count):
                tg.start_soon(one, host, number, name="download")

    await with_server(stage, answer, use)
    return [bodies[number] for number in range(count)]


async def cancelled(stage, pieces):
    """The server sends the pieces, the last of which never comes, and the client is cancelled."""

    async def use(host):
        with suppress(stage.submission.FetchError), stage.caller():
            await fetch(stage, f"http://{host}/")

    await with_server(stage, partial(send_and_leave_open, stage, pieces), use)


async def not_http(stage, urls):
    """URLs that are not for us, one after the other; `HOST` in each stands for a server that would answer."""

    async def answer(connection, request):
        await connection.send(b"HTTP/1.0 200 OK\r\n\r\nhello")

    async def use(url, host):
        await stage.attempt(url, fetch, stage, url.replace("HOST", host))

    for url in urls:
        stage.mark("input", url)
        await with_server(stage, answer, partial(use, url))
