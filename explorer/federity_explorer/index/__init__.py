"""The projection: the chain's history in, rows for pages out."""
