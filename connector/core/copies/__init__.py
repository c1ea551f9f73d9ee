"""Copies of reviews in objects of the admin's own."""
