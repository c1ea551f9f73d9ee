"""What rules would do, what they did, and why a customer is asked or not."""
