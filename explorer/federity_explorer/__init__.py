"""The explorer: a projection of the program's events, its pages and its API."""
