"""The cases of reviews: opened, linked, tried again, closed and emptied."""
