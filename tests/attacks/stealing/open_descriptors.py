# expect: fails
# policy: import
"""Looks for descriptors that were left open: the control socket, a file of the kit."""

import os
import socket
import stat
import struct


def stranger(number):
    """Whether somebody else than this process made the socket; event loops make some of their own."""
    with socket.socket(fileno=os.dup(number)) as found:
        peer = found.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return struct.unpack("iii", peer)[0] not in (0, os.getpid())


async def answer():
    known = {0, 1, 2, 3, 4}
    for number in range(256):
        try:
            kind = os.fstat(number).st_mode
        except OSError:
            continue
        if number not in known and (stat.S_ISREG(kind) or (stat.S_ISSOCK(kind) and stranger(number))):
            return 1
    return 2
