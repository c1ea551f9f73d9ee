"""A run's report and the state of things, for people and machines."""
