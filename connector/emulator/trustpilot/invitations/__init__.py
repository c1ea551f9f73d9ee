"""Invitations and links at the emulated Trustpilot, and its mailbox."""
