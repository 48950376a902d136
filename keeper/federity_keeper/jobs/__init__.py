"""What the planner's actions do, one module per kind of work."""
