# root: fault:off-limits
# also: fault:import
# says: urllib
# line: 5
from urllib.request import urlopen

import anyio


class FetchError(Exception):
    def __init__(self, message, status=None):
        super().__init__(message)
        self.status = status


async def fetch_data_from(url):
    def get():
        with urlopen(url) as response:
            return response.read()

    return await anyio.to_thread.run_sync(get)
