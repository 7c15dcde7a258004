# root: fault:import
# says: requests
# line: 4
import requests


class FetchError(Exception):
    def __init__(self, message, status=None):
        super().__init__(message)
        self.status = status


async def fetch_data_from(url):
    r = requests.get(url)
    if r.status_code != 200:
        raise FetchError("bad", r.status_code)
    return r.content
