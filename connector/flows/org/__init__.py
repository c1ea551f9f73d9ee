"""The package into the org, and whether both sides let the connector do its work."""
