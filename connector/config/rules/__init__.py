"""The section of rules: its shape, its parts, and what only together can be wrong."""
