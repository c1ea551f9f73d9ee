"""Reviews that come in: which, what of them is news, what disappeared, and the summary."""
