"""What an import costs and what a check found, as text."""
