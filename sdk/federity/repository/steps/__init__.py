"""Instructions planned, packed into transactions, sent, and resumed where they stopped."""
