"""Checks of the SCHEMA family."""
