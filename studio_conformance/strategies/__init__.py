"""From a node's schema to inputs: systematic cases first, random ones second."""

from studio_conformance.strategies.given import BadStrategy, Own, own
from studio_conformance.strategies.plan import Plan, plan_for

__all__ = ["BadStrategy", "Own", "Plan", "own", "plan_for"]
