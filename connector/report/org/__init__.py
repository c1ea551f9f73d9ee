"""Deployments and examinations, as text and JSON."""
