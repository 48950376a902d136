"""Arweave: what is uploaded there stays there. Data items, transactions, gateways and upload services."""
