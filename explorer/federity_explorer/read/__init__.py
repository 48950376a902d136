"""What pages ask the index: plain rows in, frozen answers out. Nothing here knows HTTP or the chain."""
