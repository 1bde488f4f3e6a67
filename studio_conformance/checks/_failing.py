"""Which failures of a run are the node's own fault, for family EXEC.

A node may refuse input: a ValueError with a message is a clear rejection, and no finding. What the
environment lacks, and what a socket of any type was given by chance, is no finding either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from reference_runtime.description import InputFacts
from reference_runtime.exercise.facts import CaseFailure, CaseRecord
from studio_conformance.checks import NotApplicable, Violation
from studio_conformance.checks._runs import (
    Seen,
    each_once,
    explained_by,
    raised,
    raised_at,
    runs,
    with_all_inputs,
    without_fakes,
)
from studio_conformance.subject import Node

DEFAULTS = "defaults"
"""Id of the case in which every input has its default."""
OF_THE_CALL = (
    "SIGNATURE-001", "SIGNATURE-002", "SIGNATURE-003", "SIGNATURE-004", "SIGNATURE-005",
    "SIGNATURE-014", "SIGNATURE-025", "SIGNATURE-026", "SCHEMA-001", "SCHEMA-002", "SCHEMA-003",
    "SCHEMA-004", "SCHEMA-006", "SCHEMA-013", "SCHEMA-015", "SCHEMA-018", "SCHEMA-020",
    "SCHEMA-011", "SCHEMA-012", "SCHEMA-021", "V1-001", "V1-002", "V1-006", "V1-007", "V1-008",
    "V1-010", "V1-014",
)  # fmt: skip
"""Checks that find without a run why no call, or not every call, can succeed."""


Saying = Callable[[CaseRecord, str], str]


def failure_of(record: CaseRecord) -> CaseFailure | None:
    """The exception that the node's function raised in this case, if that ended it."""
    facts = record["facts"]
    failure = facts["failure"]
    if facts["outcome"] != "raised" or failure is None or failure["stage"] != "execute":
        return None
    return failure


def is_programming_error(node: Node, record: CaseRecord) -> bool:
    """Whether the node made a mistake of its own, on input that its schema allows."""
    failure = failure_of(record)
    if failure is None or failure["rejection"] != "programming":
        return False
    if any(item["io_type"] == "*" for item in _given(node, record)):
        return False
    return not asks_for_more(node, record, failure)


INDEX = re.compile(r"(?i)(^|_)ind(ex|exes|ices)($|_)")
BEYOND = re.compile(r"out of bounds for (dimension|axis)|^(list )?index out of range")
"""An input that says which of several is wanted, and how Python says that there are not so many."""


def asks_for_more(node: Node, record: CaseRecord, failure: CaseFailure) -> bool:
    """Whether it misses what we did not give it.

    An input like ``image_3``, which only the frontend adds to ``image_2``; where an input says
    which one is wanted, one that our batch or list does not have: the message says as much; or a
    larger batch than the one it was given.
    """
    if _is_beyond_batch(record, failure):
        return True
    beyond = failure["type"] == "IndexError" and BEYOND.search(failure["message"])
    if beyond and any(INDEX.search(item["id"]) for item in node.inputs):
        return True
    missing = failure["message"].strip("'\"").rpartition("_")
    stems = {item["id"].rpartition("_")[0] for item in node.inputs}
    return failure["type"] == "KeyError" and missing[2].isdigit() and missing[0] in stems


PAST_BATCH = re.compile(r"^index \d+ is out of bounds for dimension 0 with size (\d+)")


def _is_beyond_batch(record: CaseRecord, failure: CaseFailure) -> bool:
    """Whether it asks for an item after the last one of the batch that it was given."""
    found = PAST_BATCH.search(failure["message"])
    if failure["type"] != "IndexError" or found is None:
        return False
    recipes = [each for each in record["case"]["inputs"].values() if isinstance(each, dict)]
    batches = [shape[0] for each in recipes if len(shape := each.get("shape") or []) > 2]
    return int(found.group(1)) in batches


def is_of_a_module(failure: CaseFailure) -> bool:
    """Whether a module lacks a name, as one that only others import: no input is to blame."""
    return failure["type"] == "AttributeError" and failure["message"].startswith("module '")


NO_RESULT = ("ZeroDivisionError", "OverflowError", "FloatingPointError")
DOMAIN = re.compile(
    r"^(math (domain|range) error|expected a \w+ input"
    r"|invalid literal for int|could not convert string to float)"
)
"""How Python says that there is no result for these numbers, or that a text is no number."""


def is_of_numbers(failure: CaseFailure) -> bool:
    """Whether a value of another input is to blame: divided by 0, or a text that is no number."""
    return failure["type"] in NO_RESULT or (
        failure["type"] == "ValueError" and DOMAIN.search(failure["message"]) is not None
    )


def own_values(node: Node, record: CaseRecord) -> bool:
    """Whether every value of the case comes from the schema.

    What comes over a link was made up by us; an empty text, and a folder where a file is wanted,
    ask to be filled in; and an only option like "[none]" says that this machine has no file to
    choose.
    """
    return all(_is_own(item) for item in _given(node, record))


NOTHING = re.compile(r"(?i)\W*((none|nothing|empty)( [\w ]+)?|n/a|not? [\w ]+)\W*")
"""An option that says that there is nothing to choose."""


def _is_own(item: InputFacts) -> bool:
    if item["options"]:
        only = item["options"][0] if len(item["options"]) == 1 else None
        return not (isinstance(only, str) and NOTHING.fullmatch(only))
    default = item["spec"].get("default")
    if isinstance(default, str):
        return default != "" and not default.endswith(("/", "\\"))
    return default is not None


def _given(node: Node, record: CaseRecord) -> Iterator[InputFacts]:
    return (item for item in node.inputs if item["id"] in record["case"]["inputs"])


def is_its_own_fault(node: Node, record: CaseRecord) -> bool:
    """Whether no value that we made up for a socket can have brought the error about."""
    failure = failure_of(record)
    if failure is None or not is_programming_error(node, record):
        return False
    if own_values(node, record):
        return True
    never_ran = all(each["facts"]["outcome"] == "raised" for each in runs(node))
    return never_ran and failure["type"] in OF_CODE


OF_CODE = ("AttributeError", "NameError", "TypeError", "UnboundLocalError")
"""Errors that come of wrong code; the others may come of a number, a size or a text of ours."""


def default_case(node: Node) -> CaseRecord | None:
    """The case of the defaults; None where it was not run, as in a replay of another case."""
    return next((each for each in runs(node) if each["case"]["id"] == DEFAULTS), None)


def require_working_defaults(node: Node) -> None:
    """Raise NotApplicable when the defaults fail too: then no single value is to blame."""
    default = default_case(node)
    if default is not None and default["facts"]["outcome"] not in ("returned", "blocked"):
        raise NotApplicable("the node does not run on its defaults either")


def require_what_it_needs(node: Node) -> None:
    """Raise NotApplicable when all runs ended for what this machine lacks, a file or a package."""
    ended = [record["facts"]["failure"] for record in runs(node)]
    if ended and all(each is not None and each["rejection"] == "environment" for each in ended):
        raise NotApplicable("the node lacks something on this machine that it needs")


def failures(
    node: Node, saying: str | Saying, wanted: Callable[[CaseRecord], str | None]
) -> Iterator[Violation]:
    """One violation for each name that ``wanted`` gives for a case that raised.

    ``saying``: the beginning of its message, in which {name} stands for that name, or what makes it
    from the case and the name.

    Raises NotApplicable where a fake may be at fault, and where the call itself is known to fail.
    """
    without_fakes(node)
    with_all_inputs(node)
    found = [*_seen(node, saying, wanted)]
    if found:
        explained_by(node, *OF_THE_CALL)
    yield from each_once(node, found)


def _seen(
    node: Node, saying: str | Saying, wanted: Callable[[CaseRecord], str | None]
) -> Iterator[Seen]:
    for record in runs(node):
        failure, name = failure_of(record), wanted(record)
        if failure is not None and name is not None:
            begins = saying.format(name=name) if isinstance(saying, str) else saying(record, name)
            text = f"{begins}: {raised(failure)}"
            yield Seen(name, text, record, raised_at(node, failure))


def varied(record: CaseRecord, *kinds: str) -> str | None:
    """The input that this case varies, if it is one of these kinds ("min", "option", "absent")."""
    kind, found, rest = record["case"]["id"].partition(":")
    return rest.partition("=")[0] if found and kind in kinds else None
