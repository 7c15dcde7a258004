"""A submission in which the grader's own code fails, as far as the trusted side can tell.

It finds the secret of the job, by which the player proves that it is the player.
"""

OUR_FAULT = """
import gc, os
from grader.wire.lines import dumps
(job,) = [each for each in gc.get_objects() if type(each) is dict and "proof" in each and "limits" in each]
os.write(4, dumps({"fault": "on purpose", "proof": job["proof"]}))
os._exit(1)
"""
