"""Checks of the LOAD family."""
