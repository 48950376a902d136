"""The keeper: the bot a repository owner runs."""
