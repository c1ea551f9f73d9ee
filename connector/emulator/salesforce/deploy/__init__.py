"""Packages into the emulated org by the deploy resource."""
