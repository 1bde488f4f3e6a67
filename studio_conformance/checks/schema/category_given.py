"""A node has a category of its own."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "SCHEMA-023",
    "category-given",
    title="A node has a category of its own.",
    why=(
        "Without one it stands under the host's default category, among hundreds of "
        "others, and users do not find it."
    ),
    fix="Give a category such as 'My Pack/images'.",
    level="warning",
)
def category_given(node: Node) -> Iterator[Violation]:
    schema, facts = node.facts["schema"], node.attribute("CATEGORY")
    category = schema["fields"].get("category") if schema else facts and facts["value"]
    if not isinstance(category, str) or not category.strip() or category == "sd":
        message = f"the category is {category!r}"
        yield Violation(message, node.locate_attribute("CATEGORY"), "category")
