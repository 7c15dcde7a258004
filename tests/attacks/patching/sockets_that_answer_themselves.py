# expect: fails
# policy: please-look
# exercise: ex05
# aims at: test_sends_a_wellformed_request test_connection_is_closed_afterwards test_cancelling_hangs_up
"""Replaces the connection by an object that never asks anybody."""

import anyio


class Stream:
    async def send(self, data):
        return None

    async def receive(self, *args):
        return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    async def aclose(self):
        return None


async def connect_tcp(*args, **options):
    return Stream()


anyio.connect_tcp = connect_tcp


class FetchError(Exception):
    def __init__(self, message, status=None):
        self.status = status


async def fetch_data_from(url):
    stream = await anyio.connect_tcp("example.org", 80)
    await stream.send(b"GET / HTTP/1.1\r\n\r\n")
    return (await stream.receive()).partition(b"\r\n\r\n")[2]
