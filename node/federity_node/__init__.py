"""A Solana node over the embedded chain: JSON-RPC, subscriptions, and its store of blobs over HTTP."""
