"""What had an effect, by evidence that is not the attack's, and which layers caught it."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

LAYERS = ("kernel", "withheld", "hook", "canary", "present or absent")
"""Refused; nothing there to take; the audit hook saw it; a truth outside the process tells; the
process says something else when the file it looks for is not there."""
REFUSALS = frozenset({
    "EACCES", "EPERM", "EROFS", "ENOENT", "ESRCH", "ECONNREFUSED", "ENOSYS", "EXDEV", "ENETUNREACH",
    "EADDRNOTAVAIL", "EAFNOSUPPORT", "ENOTDIR", "EEXIST",
})  # fmt: skip
_SAYS_REFUSED = re.compile(
    r"permission denied|not permitted|no such file|unable to open|cannot open|"
    r"can't open|read-only file system|no such device", re.IGNORECASE,
)  # fmt: skip
_TELLING = ("ctypes.", "subprocess.", "os.", "socket.", "sqlite3.", "mmap.", "shutil.", "pickle.")


@dataclass
class Seen:
    """All that is known of an attack that ran. ``said``: what it found out; ``output``: every byte
    that left the process; ``before``, ``after``: of the files outside."""

    attack: Any
    arena: Any
    said: bytes
    output: bytes
    secret: str
    before: Any
    after: Any
    heard: dict[str, bytes]
    signalled: bool
    answer: bytes
    frames: list[dict[str, Any]]


def effects(seen: Seen) -> list[str]:
    """Every effect that there is evidence of, whatever the attack was meant to do."""
    nonce = seen.arena.nonce
    changed = sorted(
        path
        for path in {*seen.before, *seen.after}
        if seen.before.get(path) != seen.after.get(path)
    )
    hidden = seen.arena.inside / "mounted" / "file"
    found = {
        "token": any(tainted(seen.output, t) for t in (seen.arena.token, seen.secret)),
        "tree": bool(changed),
        "listener": bool(seen.heard),
        "answer": nonce.encode() in seen.answer,
        "signal": seen.signalled,
        "frame": any(frame.get("forged") == nonce for frame in seen.frames),
        "value": seen.attack.truth == "value" and _true_value(seen),
        "apart": seen.attack.truth == "apart" and seen.said == nonce.encode()
        and not hidden.exists(),
    }  # fmt: skip
    return [kind for kind, there in found.items() if there]


def tainted(output: bytes, token: str) -> bool:
    """Whether the token is in it: as it is, backwards, in hex or base64, or with gaps."""
    plain = token.encode()
    forms = [plain, plain[::-1], plain.hex().encode()]
    forms += [base64.b64encode(b" " * shift + plain)[4:-4] for shift in range(3)]
    spread = output.replace(b"\0", b"").replace(b" ", b"").replace(b"\n", b"")
    return any(form in output or form in spread for form in forms)


def _true_value(seen: Seen) -> bool:
    path = str(seen.arena.outside / "secret.txt")
    if seen.attack.name == "l_exists":
        return seen.said == b"True False" and path in seen.before
    if seen.attack.name == "n_netlink":
        return str(seen.arena.port("tcp")) in seen.said.decode().split()
    known = seen.before.get(path)
    return known is not None and seen.said == f"{known[3]} {known[4]}".encode()


def named(attack: Any, events: bytes, at: dict[str, Any], host: Any) -> str:
    """ "path" when an audit event names what the attack went for, "event" when there was one."""
    targets = _targets(attack, at, host)
    found = ""
    for line in events.splitlines():
        event, arguments, real = json.loads(line)
        text = arguments + " ".join(filter(None, real))
        if any(_is_named(target, text) for target in targets):
            return "path"
        if event.startswith(_TELLING):
            found = "event"
    return found


def _is_named(target: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(target)}(?!\w)", text) is not None


def _targets(attack: Any, at: dict[str, Any], host: Any) -> list[str]:
    """How an event would name what the attack goes for."""
    own = {
        "environ": ["/proc/self/environ"], "stdin": ["/dev/stdin"], "netlink": ["family=16",
        "AF_NETLINK"], "pid": [str(at["pid"])], "shm": [f"/dev/shm/{at['shm']}"],
        "abstract": ["x00" + at["abstract"]],
    }  # fmt: skip
    there = [str(at[attack.target])] if attack.target in at and attack.target != "pid" else []
    return [*own.get(attack.target, []), *there]


def is_refusal(outcome: str, text: str) -> bool:
    """Whether how an attack ended shows that it was refused."""
    return outcome in REFUSALS or (outcome != "done" and bool(_SAYS_REFUSED.search(text)))


def caught_by(confined: dict[str, Any], free: dict[str, Any], differs: bool) -> list[str]:
    """The layers that caught an attack. ``free``: the same one without a sandbox; ``differs``:
    whether what it says depends on a file outside."""
    failed = not confined["effects"]
    refused = failed and is_refusal(confined["outcome"], confined["text"])
    layers = {
        "kernel": refused,
        "withheld": failed and not refused and bool(free.get("effects")),
        "hook": bool(confined["hook"]),
        "canary": bool({*confined["effects"]} - {"value"}) or confined["forged_seen"],
        "present or absent": differs,
    }
    return [layer for layer in LAYERS if layers[layer]]
