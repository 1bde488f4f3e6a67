"""Checks of the RELEASE family."""
