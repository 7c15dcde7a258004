# expect: crashed
# policy: import
"""Leaves when an object dies."""

import os


class Bomb:
    def __del__(self):
        os._exit(0)


async def answer():
    Bomb()
