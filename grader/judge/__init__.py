"""From recordings to a verdict, and to the reason for it.

Submissions and an exercise come in, with the options that say what of it is played and under which schedules; verdicts
go out, one for each submission. The way of a submission, and where to change what:

- ``engine`` takes the file in, checks the rules and loops over the submissions; ``options`` are what was asked for.
- ``session`` calls every hidden test (``collect`` has had pytest find them) on every backend under every schedule.
- ``attempt`` makes one such call: what ``play(...)`` does for a hidden test, and which exceptions fail it.
- ``schedules`` says which schedules a play is tried under, and shortens one that fails.
- ``explain`` finds the diagnosis of a failure, the line and the words; ``results`` makes the results of a verdict.
- ``verdict`` is what reports get to see, and ``documents`` writes it as JSON and reads it back.
- ``kitcheck`` proves a kit by grading the answers that come with it.

Authors of hidden tests import ``grading`` and ``token`` from here, which must load neither pytest nor the sandbox.

    authoring options verdict collect schedules explain attempt session results documents engine kitcheck
"""

from grader.judge.authoring import grading as grading
from grader.judge.authoring import token as token
