"""The mapping language: how the words of a review become the fields of a row."""
