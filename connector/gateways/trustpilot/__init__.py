"""Trustpilot over the network: sign-in, calls, lists, and where its spelling ends."""
