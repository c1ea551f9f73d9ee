"""Service and product reviews of the emulated Trustpilot: lists, replies, tags."""
