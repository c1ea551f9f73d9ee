"""The one HTTP layer below both vendors: timeouts, repeats, budgets, redaction, the clock."""
