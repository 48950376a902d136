"""Version control for machine-learning models on Solana."""
