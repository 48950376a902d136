"""Proofs: the port `Prover` and its adapters."""
