"""What was written about the business that is made up."""
