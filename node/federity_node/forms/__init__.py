"""How a node writes what the chain holds: accounts, tokens, transactions, failures."""
