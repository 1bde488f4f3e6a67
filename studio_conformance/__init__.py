"""Studio Conformance: decides whether a node pack is fit to be released."""

__version__ = "0.1.0"
