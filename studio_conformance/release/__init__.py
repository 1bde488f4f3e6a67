"""The release gate: two descriptions of a pack compared, and the version bump the changes need.

``interface`` says what other people depend on, ``compare`` what of it changed, ``versions`` which
bump that needs, ``sources`` where an earlier release comes from, ``gate`` puts them together.
"""
