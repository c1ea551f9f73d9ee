"""Replies, comments and tags out, and answers that are late."""
