# expect: cannot-judge (off-limits)
# policy: off-limits
# exercise: ex05
"""Has the standard library download, in a thread."""

import urllib.request

import anyio


class FetchError(Exception):
    def __init__(self, message, status=None):
        self.status = status


async def fetch_data_from(url):
    return await anyio.to_thread.run_sync(lambda: urllib.request.urlopen(url).read())
