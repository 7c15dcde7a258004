"""What the author of a kit does: check it, and whatever else ``grade kit`` has a command for.

- ``check`` proves a kit and prints what is found.
- ``release`` makes the bundles for learners and platforms: ``bundle`` says what of a kit goes into one, and ``wheel``
  packs the grader itself. The scripts and texts in the bundles are files in ``templates/release/``.

    check bundle wheel release
"""
