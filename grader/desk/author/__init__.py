"""What the author of a kit does: check it, and whatever else ``grade kit`` has a command for.

- ``check`` proves a kit and prints what is found.

    check
"""
