"""The payloads, in the order in which they are tried: a small cover first, then class by class.

Those that try paths are data beside this file, this project's own; those that try to be run, loaded
or sent stand here. ``{S}`` and the like are filled in by the arena. The order of the cover comes
from trying all payloads on thirty careless ways to resolve a name: each of them falls to one of
these.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

Group = Literal[
    "path", "link", "archive", "load", "code", "shell", "argument", "process", "network", "secret"
]

DATA = Path(__file__).parent / "path_escapes.json"
COVER = (
    "abs-1", "dd-deep", "up-plain", "abs-sib", "abs-inroot", "up-strip", "up-strip2", "dd-sub",
    "up-bs", "up-url", "up-url2", "up-zwsp", "up-nfkc", "dd-tab", "ex-var", "ex-home", "url-file",
    "win-ext", "cf-out", "abs-q", "dd-leaf", "dd-dir",
)  # fmt: skip
"""Payloads that leave a folder, one for each careless check."""
LEFT_OUT = frozenset(
    {
        "ln-swap", "ln-swap-dir", "ln-fifo", "ln-sock", "ln-junction", "dev-zero", "dev-random",
        "dev-tty", "dev-stdin", "dev-stdout", "dev-full", "proc-mem", "ar-zipbomb", "ar-tardev",
        "cf-subfolder-sib", "cf-subfolder-ln", "ck-st-meta", "ck-m3u8", "ck-concat", "ck-weights",
        "proc-fd", "proc-pid-fd", "dev-shm", "url-http", "url-unc-http",
    }
)  # fmt: skip
"""Not given to nodes: they block for ever, are a race, or are the fault of who planted a file.
What follows from an absolute path is found by the others."""


@dataclass(frozen=True)
class Payload:
    """``template``: the text, with variables. ``setup``: what the arena plants for it."""

    id: str
    group: Group
    template: str
    setup: str = ""
    any_name: bool = True
    """The target may have any extension, or be a folder."""
    expects: str = ""
    """A text that comes out when it worked; variables are filled in."""

    @property
    def size(self) -> tuple[int, str]:
        """How simple it is to look at: shorter is simpler."""
        return len(self.template), self.id


_UP = (
    # {up:x}: x once for each folder between the base and what holds the decoys.
    ("up-plain", "{up:../}{Oname}/{Sn}"),
    ("up-strip", "{up:....//}{Oname}/{Sn}"),
    ("up-strip2", "{up:..././}{Oname}/{Sn}"),
    ("up-bs", "{up:..\\}{Oname}\\{Sn}"),
    ("up-url", "{up:%2e%2e%2f}{Oname}%2f{Sn}"),
    ("up-url2", "{up:%252e%252e%252f}{Oname}%252f{Sn}"),
    ("up-zwsp", "{up:.\u200b./}{Oname}/{Sn}"),
    ("up-nfkc", "{up:\uff0e\uff0e\uff0f}{Oname}\uff0f{Sn}"),
    ("ex-home", "~/{Sn}"),
    ("abs-q", '"{S}"'),
)
_LINK = (("ln-up", "ln_dir/{Sn}", "symlink:ln_dir->{O}"),)
_LOAD = (
    ("ld-pickle", "{F}", "file:pickle"),
    ("ld-torch", "{F}", "file:torch"),
    ("ld-yaml", "{F}", "file:yaml"),
    ("ld-numpy", "{F}", "file:numpy"),
    ("ld-python", "{F}", "file:python"),
)
_ARCHIVE = (("ar-zip", "{F}", "file:zip"), ("ar-tar", "{F}", "file:tar"))
_CODE = (
    ("py-os", "__import__('os').mkdir('{O}/ev{TOK}')", ""),
    ("py-plain", "'{TOK}'.join(['a', 'b'])", "a{TOK}b"),
    (
        "py-bare",
        "[c for c in ().__class__.__base__.__subclasses__() if c.__name__=='_wrap_close'][0]"
        ".__init__.__globals__['mkdir']('{O}/ev{TOK}')",
        "",
    ),
    ("py-exec", "import os\nos.mkdir('{O}/ev{TOK}')", ""),
    ("py-lambda", "lambda *a, **k: 'ev{TOK}'", ""),
    ("tpl-jinja", "{{'{TOK}'.join(['a', 'b'])}}", "a{TOK}b"),
    ("tpl-jinja2", "{{cycler.__init__.__globals__.os.mkdir('{O}/ev{TOK}')}}", ""),
    ("yaml-text", '!!python/object/apply:os.mkdir ["{O}/ev{TOK}"]', ""),
    ("py-format", "{0.__class__}{self.__class__}", "<class '"),
    ("py-format2", "{0.__class__}", "<class '"),
    ("py-module", "mod{TOK}", ""),
)
_SHELL = (
    ("sh-semi", "x;touch {O}/sh{TOK};"),
    ("sh-sub", "$(touch {O}/sh{TOK})"),
    ("sh-bt", "`touch {O}/sh{TOK}`"),
    ("sh-pipe", "x|touch {O}/sh{TOK}"),
    ("sh-dq", '";touch {O}/sh{TOK};"'),
    ("sh-sq", "';touch {O}/sh{TOK};'"),
    ("sh-nl", "x\ntouch {O}/sh{TOK}"),
)
_ARGUMENT = (("dash-o", "--output={O}/op{TOK}"), ("dash-s", "-o{O}/op{TOK}"))
_PROCESS = (("run-abs", "{O}/run{TOK}"), ("run-name", "run{TOK}"))
_NETWORK = (
    ("net-http", "http://127.0.0.1:{port}/n{TOK}"),
    ("net-name", "http://n{TOK}.invalid/x.png"),
    ("net-host", "127.0.0.1"),
    ("net-bare", "n{TOK}.invalid"),
    ("net-ftp", "ftp://127.0.0.1:{port}/n{TOK}"),
)
_SECRET = (
    ("env-var", "$STUDIO_DECOY_SECRET", "{SECRET}"),
    ("env-win", "%STUDIO_DECOY_SECRET%", "{SECRET}"),
    ("env-name", "STUDIO_DECOY_SECRET", "{SECRET}"),
    ("env-brace", "${STUDIO_DECOY_SECRET}", "{SECRET}"),
)


@lru_cache(maxsize=1)
def payloads() -> tuple[Payload, ...]:
    """Every payload that is given to nodes: what the cover has, then the rest."""
    known = {each.id: each for each in (*_own(), *_from_data())}
    first = [known[name] for name in COVER]
    short = [each for each in known.values() if each.group not in ("path", "link")]
    short = [each for each in short if each.id not in COVER]
    rest = [each for each in known.values() if each not in first and each not in short]
    return (*first, *short, *rest)


def _own() -> Iterator[Payload]:
    for name, text in _UP:
        yield Payload(name, "path", text)
    for name, text, setup in _LINK:
        yield Payload(name, "link", text, setup)
    for name, text, setup in _LOAD:
        yield Payload(name, "load", text, setup)
    for name, text, setup in _ARCHIVE:
        yield Payload(name, "archive", text, setup)
    for name, text, expects in _CODE:
        yield Payload(name, "code", text, any_name=False, expects=expects)
    for name, text in _SHELL:
        yield Payload(name, "shell", text, any_name=False)
    for name, text in _ARGUMENT:
        yield Payload(name, "argument", text, any_name=False)
    for name, text in _PROCESS:
        yield Payload(name, "process", text, any_name=False)
    for name, text in _NETWORK:
        yield Payload(name, "network", text, any_name=False)
    for name, text, expects in _SECRET:
        yield Payload(name, "secret", text, any_name=False, expects=expects)


def _from_data() -> Iterator[Payload]:
    """Those of the data that say nothing which stands above in a form for every depth."""
    for entry in json.loads(DATA.read_text(encoding="utf-8"))["payloads"]:
        group = _group(entry)
        if entry["id"] not in LEFT_OUT and group is not None:
            template, setup = entry["tpl"], entry["setup"]
            yield Payload(entry["id"], group, template, setup, "{S" in template)


def _group(entry: dict[str, str]) -> Group | None:
    kinds: dict[str, Group | None] = {"link": "link", "archive": None, "checkpoint": None}
    if entry["cls"] == "option":
        return None  # written above, with a token of their own
    return kinds.get(entry["cls"], "path")
