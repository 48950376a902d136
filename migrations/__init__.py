"""Numbered scripts that bring a chain to what this version of Federity expects."""
