"""Plays learners' async code in a box, judges the recordings outside of it, and says in words what went wrong.

Ten rooms and the interface for authors stand above a ground floor of four modules, in one direction: a module imports
from its own room and from what stands before it. Within a room the docstring of its ``__init__`` gives the order.
``tests/test_layers.py`` executes both.

    errors text rounding     the ground floor: our failures; cleaning and wording; numbers rounded to the digit shown
    files                    files that are whole or not there
    wire                     what the box and the judge say to each other
    authoring                what the author of a kit writes against
    kit                      exercises as they lie on the disk
    box                      everything that runs beside a learner's code (of the others it imports wire alone)
    policy                   what a submission is, read without running it
    sandbox                  our end of the box: starting it, asking it, trusting nothing that comes back
    judge                    from recordings to a verdict, and to the reason for it
    classroom                from what a class handed in to marks
    reports                  verdicts and classes as screens, pages and files
    desk                     one use case each: a learner, a run, a class, this computer
    pytest_plugin            what pytest loads of the grader
    cli                      arguments in, exit code out
"""

__version__ = "0.1.0"
