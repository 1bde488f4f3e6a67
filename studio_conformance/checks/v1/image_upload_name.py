"""The input with an upload button is called image."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "V1-015",
    "image-upload-name",
    title="An input with image_upload is called image.",
    why=(
        "Frontends look for an input of that name when they add the upload button and the "
        "preview; under another name the button does nothing, or is not there."
    ),
    fix="Call the input image.",
    level="warning",
    kinds=("v1",),
)
def image_upload_name(node: Node) -> Iterator[Violation]:
    for item in node.inputs:
        if item["spec"].get("image_upload") is True and item["id"] != "image":
            message = f"input {item['id']!r} has image_upload but is not called 'image'"
            yield Violation(message, node.locate(item["id"]), item["id"])
