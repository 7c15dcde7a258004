"""What the author of a kit does: check it, and whatever else ``grade kit`` has a command for.

- ``place`` says which kit is meant.
- ``kit_toml`` changes the text of a ``kit.toml``; ``new`` makes kits and exercises from ``templates/kit``.
- ``figures`` draws what the lessons show, and finds what is out of date.
- ``check`` proves a kit and shows what is found, once or whenever a file is saved; ``show`` shows which hidden tests
  fail on which wrong answers of an exercise.
- ``release`` makes the bundles for learners and platforms: ``bundle`` says what of a kit goes into one, and ``wheel``
  packs the grader itself. The scripts and texts in the bundles are files in ``templates/release/``.

    place kit_toml new figures check show bundle wheel release
"""
