"""Checks of the EXEC family."""
