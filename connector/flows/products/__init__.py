"""Products to Trustpilot's catalogue, and the products of records."""
