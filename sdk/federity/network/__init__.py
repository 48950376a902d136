"""Asking others over HTTP: how fast, how often, how much of an answer, and what time it is meanwhile."""
