"""Due invitations: looked at again, then sent by Trustpilot or made into links."""
