"""The section of replies: its shape, its parts, and what only together can be wrong."""
