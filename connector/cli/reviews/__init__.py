"""The commands about reviews."""
