"""What becomes of due invitations: the second look, what is sent, links."""
