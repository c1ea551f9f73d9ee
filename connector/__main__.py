"""Lets `python -m connector` do what `connector` does."""

from connector.cli import main

main()
