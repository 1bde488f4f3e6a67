"""Changes of a node's outputs. Links are saved by an output's number, never by its name."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.release.changes import Change
from studio_conformance.release.interface import NodeFace, OutputFace


def output_changes(old: NodeFace, new: NodeFace) -> Iterator[Change]:
    """One change for what moved, or one for each output that changed in its place."""
    before, after, node = old["outputs"], new["outputs"], new["id"]
    moved = _moved(before, after)
    if moved:
        text = f"links go by an output's number: {moved}"
        yield Change("output-order-changed", text, node, "outputs", None, "outputs")
        return
    for index, (was, now) in enumerate(zip(before, after, strict=False)):
        yield from _changed(node, index, was, now, _called(after, index))
    yield from _lists(before, after, node)
    for index in range(len(after), len(before)):
        text = f"output {index} ({_named(before[index])}) is gone: links from it are lost"
        yield Change("output-removed", text, node, _called(before, index), None, "outputs")
    for each in after[len(before) :]:
        text = f"the output {_named(each)} is new"
        yield Change("output-added", text, node, each["name"], each["name"], "outputs")


def _moved(before: list[OutputFace], after: list[OutputFace]) -> str:
    """Where outputs went that stand at another number now; empty when each has kept its own."""
    keys_before, keys_after = _keys(before), _keys(after)
    moves = []
    for index, key in enumerate(keys_before):
        now = keys_after.index(key) if key in keys_after else index
        # Of several that are alike, one in the old place is enough for its links.
        if now != index and not _alike(before[index], after[index : index + 1]):
            at = _named(after[index]) if index < len(after) else "nothing"
            moves.append(f"output {index} was {_named(before[index])} and is {at}")
    return ", ".join(moves)


def _alike(output: OutputFace, others: list[OutputFace]) -> bool:
    return any((output["name"], output["type"]) == (o["name"], o["type"]) for o in others)


def _keys(outputs: list[OutputFace]) -> list[tuple[str, str, int]]:
    """Name and type of each output, told apart where two are alike."""
    seen: dict[tuple[str, str], int] = {}
    keys = []
    for each in outputs:
        key = (each["name"], each["type"])
        seen[key] = seen.get(key, -1) + 1
        keys.append((*key, seen[key]))
    return keys


def _called(outputs: list[OutputFace], index: int) -> str:
    """The output's name; with its number where another is called alike."""
    name = outputs[index]["name"]
    alike = sum(each["name"] == name for each in outputs) > 1
    return f"{name} ({index})" if alike else name


def _changed(
    node: str, index: int, was: OutputFace, now: OutputFace, called: str
) -> Iterator[Change]:
    gone = set(was["type"].split(",")) - set(now["type"].split(","))
    # A wildcard can be linked wherever the type could; of several types one is enough.
    if gone and now["type"] != "*":
        others = "other types" if was["type"] == "*" else ", ".join(sorted(gone))
        text = f"output {index} was {_named(was)} and is {_named(now)}: links to inputs of "
        text += f"{others} are refused"
        yield Change("output-retyped", text, node, called, now["type"], "outputs")
    elif was["name"] != now["name"] and {was["name"], now["name"]} != {was["type"], now["type"]}:
        text = f"output {index} was shown as {was['name']!r} and is shown as {now['name']!r}"
        yield Change("output-renamed", text, node, called, now["name"], "outputs")


def _lists(before: list[OutputFace], after: list[OutputFace], node: str) -> Iterator[Change]:
    """One change for all outputs of a node: the flags are given in one place."""
    told = [
        f"output {index} ({_named(now)}) {'is a list now' if now['list'] else 'is no list now'}"
        for index, (was, now) in enumerate(zip(before, after, strict=False))
        if was["list"] != now["list"]
    ]
    if told:
        text = f"{', '.join(told)}: what follows runs another number of times"
        yield Change("list-flags-changed", text, node, "outputs", "OUTPUT_IS_LIST", "attribute")


def _named(output: OutputFace) -> str:
    same = output["name"] == output["type"]
    return output["type"] if same else f"{output['name']!r} {output['type']}"
