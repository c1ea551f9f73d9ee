"""What the org shows of itself, what is asked of it, and the package that it takes."""
