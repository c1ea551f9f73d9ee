"""Forgetting people: what Trustpilot lists as deleted, and erasure on request."""
