"""Chains: the port in `base.py`, its adapters `embedded.py` and `rpc.py`, and what both share."""
