"""What happened in the org of the business that is made up."""
