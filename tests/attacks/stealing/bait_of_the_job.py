# expect: tampered
# policy: import
"""Claims a fault of the grader with what looks like the secret that proves one: a word of the job, found in the heap."""

import gc
import json
import os


async def answer():
    for each in gc.get_objects():
        if type(each) is dict and "proof" in each and "limits" in each:
            claim = {"fault": "OSError: the disk of the grader is full", "proof": each["proof"]}
            os.write(4, json.dumps(claim).encode() + b"\n")
            os._exit(1)
    return "there is no bait"
