"""Erasure: what Trustpilot lists as deleted, and one person on request."""
