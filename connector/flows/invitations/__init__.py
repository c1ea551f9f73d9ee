"""Invitations out: experiences claimed, requests taken up, what people want of them."""
