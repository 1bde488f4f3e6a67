"""Certificates: what a green, whole and confined run found, bound to the pack's very bytes."""
