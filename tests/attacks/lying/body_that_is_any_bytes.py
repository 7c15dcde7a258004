# expect: fails or deadlock
# policy: please-look
# exercise: ex05
# aims at: test_returns_the_body test_body_is_bytes_not_text test_body_in_pieces
"""A body that equals every body, without a download."""


class Body(bytes):
    def __eq__(self, other):
        return True

    __hash__ = bytes.__hash__


class FetchError(Exception):
    def __init__(self, message, status=None):
        self.status = status


async def fetch_data_from(url):
    return Body()
