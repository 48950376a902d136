"""Benchmarks, each a small module; `python -m bench` runs them all and writes docs/benchmarks.md."""
