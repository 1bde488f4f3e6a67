"""Checks of the COMPAT family."""
