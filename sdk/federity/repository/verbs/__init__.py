"""What a person types: one file a verb. It looks, plans on what it saw, and acts."""
