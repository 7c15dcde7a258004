"""From recordings to a verdict, and to the reason for it.

A submission and an exercise come in, a ``Verdict`` goes out. ``collect`` has pytest collect the hidden tests once,
``schedules`` says which plays a test needs, ``attempt`` calls a hidden test once, ``session`` calls it on every backend
under every schedule, ``explain`` finds the diagnosis and the line, ``engine`` runs all of it for one submission after
the other. ``documents`` writes verdicts as JSON and reads them back; ``kitcheck`` proves a kit.
Authors import ``grading`` and ``token`` from here.

    authoring options verdict collect schedules explain attempt session results documents engine kitcheck
"""

from grader.judge.authoring import grading as grading
from grader.judge.authoring import token as token
