"""The product catalogue, and the products that a customer bought."""
