"""Replies to reviews: what may be said, what becomes of it, and until when."""
