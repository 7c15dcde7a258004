# expect: blocked-loop or limit
# policy: nothing
# backends: trio
"""Unpacks a kilobyte into gigabytes."""

import zlib


async def answer():
    packed = bytes(1 << 24)
    for _ in range(3):
        packed = zlib.compress(packed * 8)
    return zlib.decompress(zlib.decompress(zlib.decompress(packed * 1)))
