"""The command line: parses, asks and prints. It holds no rules of its own; see `federity.cli.main`."""
