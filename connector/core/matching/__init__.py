"""Which customer, order, case and product a review is about."""
