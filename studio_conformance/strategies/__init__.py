"""From a node's schema to inputs: systematic cases first, random ones second."""

from studio_conformance.strategies.plan import Plan, plan_for

__all__ = ["Plan", "plan_for"]
