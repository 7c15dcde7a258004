# expect: fails
# policy: import
"""Prints everything that terminals, pages and logs obey."""

import os


async def answer():
    print("\x1b]0;owned\x07\x1b[2J\u202e<script>alert(1)</script>\n::error::x\n=1+1\n\ud800")
    return 2
