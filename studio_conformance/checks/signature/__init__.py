"""Checks of the SIGNATURE family."""
