# expect: fails
# policy: import
"""Modules that Python imports by itself when it starts."""

import builtins


async def answer():
    return getattr(builtins, "one", 2)


# ---- beside: sitecustomize.py ----
import builtins
import os

builtins.one = 1
os._exit(0)


# ---- beside: usercustomize.py ----
import builtins
import os

builtins.one = 1
os._exit(0)
