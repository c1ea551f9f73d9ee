"""What every subject speaks in, and knows no subject: rows, objects, reviews, units, errors."""
