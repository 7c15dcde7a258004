"""What the author of a kit does: check it, and whatever else ``grade kit`` has a command for.

- ``place`` says which kit is meant.
- ``check`` proves a kit and shows what is found, once or whenever a file is saved.
- ``show`` shows which hidden tests fail on which wrong answers of an exercise.

    place check show
"""
