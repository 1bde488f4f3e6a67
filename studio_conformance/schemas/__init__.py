"""The JSON Schemas of every file we write, and a check of data by one of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

LONGEST = 200
"""Characters of a complaint: a value that does not fit may be a whole document."""


def first_flaw(data: Any, schema: Path) -> str | None:
    """Where data first breaks a schema and how, as one line; None when it fits."""
    import jsonschema

    validator = jsonschema.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
    error = next(validator.iter_errors(data), None)
    if error is None:
        return None
    place = error.json_path.removeprefix("$").removeprefix(".") or "the whole"
    message = " ".join(error.message.split())
    short = message if len(message) <= LONGEST else message[: LONGEST - 1] + "…"
    return f"{place}: {short}"
