"""What a submission is, read without running a line of it.

A path comes in; a ``Submission`` goes out, or a ``Fault`` that the learner can act on, and what an instructor should
look at. ``submission`` takes the file in and ``program`` parses it within bounds; ``interface`` compares it with what
the exercise asks for; ``rules`` holds the imports and names that an exercise forbids and runs all of these checks;
``please_look`` finds what no rule forbids and an instructor may want to see. To forbid something, change ``rules``.

    submission names program interface please_look rules
"""
