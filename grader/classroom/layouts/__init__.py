"""How platforms and people lay out what a class handed in; one module per layout says whose each file is.

The files of an archive come in, a claim for each goes out: this file, of this learner, for this exercise, handed in
then. ``recognise`` asks every layout and takes the one that explains most. To support another platform, write a module
like ``canvas`` and name it in ``recognise``.

    claims canvas moodle gradescope folders flat recognise
"""
