"""Python as it is where a package is not installed."""

NO_NUMPY = "import sys; sys.modules['numpy'] = None"
"""The first statement of a program that runs without numpy."""
