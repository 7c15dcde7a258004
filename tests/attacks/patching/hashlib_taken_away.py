# expect: fails
# policy: please-look
"""Takes away what fingerprints are made with."""

import hashlib

hashlib.sha256 = hashlib.blake2b = hashlib.new = None


async def answer():
    return 2
