"""Reviews that become cases."""
