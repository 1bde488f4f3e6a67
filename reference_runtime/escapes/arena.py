"""The decoys around a node: files with tokens outside the allowed folders, harmless ones inside.

All lies below the worker's own folder, where its confinement lets changes through: a change that no
hook sees then moves a decoy. Names carry a token made for each arena, so that a pack can't know
them and nothing else is called so.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reference_runtime.escapes.catalogue import Payload
from reference_runtime.escapes.formats import CANARIES, doing

FOLDERS = ("input", "output", "temp", "models", "user")
"""The host's folders in which nodes may read and write."""
SECRET_NAMES = (
    "STUDIO_DECOY_SECRET", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "OPENAI_API_KEY", "GITHUB_TOKEN",
)  # fmt: skip
FOLDER = ""
"""The extension of a target that is a folder."""
DEEP = 24
WATCHED = (".txt", ".png", ".pt", ".safetensors")
"""Decoys beside allowed folders whose content is watched; of others only that they are there."""
_VARIABLE = re.compile(r"\{(\w+)(?::([^}]*))?\}")
_REPEATED = re.compile(r"(.)\*(\d+)")


@dataclass(frozen=True)
class Base:
    """Where a node looks for what a text names: ``folder``, and what it puts behind the text."""

    folder: str
    tail: str = ""


class Arena:
    """Decoys below ``host``, the folder that poses as the host's; ``build`` and ``clear`` them."""

    def __init__(self, host: Path, home: Path) -> None:
        self.host, self.home = host, home
        self.token = secrets.token_hex(4)
        self.canary = f"CANARY{secrets.token_hex(8)}"
        """What files outside hold."""
        self.secret = f"SECRET{secrets.token_hex(8)}"
        """The value of the decoys in the environment."""
        self.outside = host / f"outside{self.token}"
        self.allowed = [str(host / name) for name in FOLDERS]
        self.default = Base(str(host / "input"))
        self.siblings = [host / f"{name}-evil" for name in FOLDERS[:4]]
        """Folders whose names begin like those of allowed ones."""
        self.decoys = [self.outside, home, *self.siblings]
        self._made: list[Path] = []
        self._tops: list[Path] = []
        """What is put aside: folders of decoys, and single files in folders of the host."""
        self._parked: list[tuple[Path, Path]] = []
        self._watched: list[Path] = []
        self._filled: dict[tuple[Base, str], dict[str, str]] = {}
        self._planted: list[Path] = []
        self._environment: dict[str, str | None] = {}

    @property
    def name(self) -> str:
        """Of every file outside, without its extension; alone it is a folder."""
        return f"secret{self.token}"

    @property
    def plain(self) -> str:
        """Of every file inside, likewise."""
        return f"plain{self.token}"

    def build(self) -> None:
        """Make all decoys, or put back those that were put aside."""
        if not self._parked or not self._unpark():
            self._make()
        self._set(dict.fromkeys(SECRET_NAMES, self.secret) | {"CANARY_DIR": str(self.outside)})
        self._watched = [
            *(entry for entry in self.outside.iterdir() if not entry.is_dir()),
            *(f / f"{self.name}{kind}" for f in self.siblings for kind in WATCHED),
        ]

    def _make(self) -> None:
        for folder in (self.outside, *self.siblings):
            self._decoys(folder, self.name, self.canary)
        self._decoys(self.home, self.name, self.canary, (".txt", ".png", ".json"))
        for name in ("input", "output"):
            self._decoys(self.host / name, self.plain, "plain")
        for name in FOLDERS:
            self._folder(self.host / name)

    def _decoys(self, folder: Path, name: str, token: str, kinds: Any = tuple(CANARIES)) -> None:
        self._folder(folder)
        self._folder(folder / name)
        self._file(folder / name / f"{name}.png", CANARIES[".png"](token))
        self._file(folder / name / f"{name}.txt", CANARIES[".txt"](token))
        for extension in kinds:
            self._file(folder / f"{name}{extension}", CANARIES[extension](token))
        if folder in (self.outside, *self.siblings):
            self._tops.append(folder)
        else:
            self._tops += [folder / f"{name}{extension}" for extension in (FOLDER, *kinds)]

    def _folder(self, path: Path) -> None:
        if not path.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            self._made.append(path)

    def _file(self, path: Path, data: bytes) -> None:
        path.write_bytes(data)
        self._made.append(path)

    def _set(self, values: dict[str, str]) -> None:
        for name, value in values.items():
            self._environment.setdefault(name, os.environ.get(name))
            os.environ[name] = value

    def park(self) -> None:
        """Put all decoys aside, out of every node's way."""
        self.unplant()
        self._put_back_environment()
        shelf = self.host.parent / f"parked{self.token}"
        shelf.mkdir(exist_ok=True)
        self._parked = [(path, shelf / str(number)) for number, path in enumerate(self._tops)]
        for path, aside in self._parked:
            with suppress(OSError):
                path.rename(aside)

    def _unpark(self) -> bool:
        """Whether all that was put aside is back in its place."""
        parked, self._parked = self._parked, []
        try:
            for path, aside in parked:
                path.parent.mkdir(parents=True, exist_ok=True)
                aside.rename(path)
        except OSError:
            self.clear()
            return False
        return True

    def clear(self) -> None:
        """Take all decoys away."""
        self.unplant()
        for folder in (self.outside, *self.siblings):
            shutil.rmtree(folder, ignore_errors=True)
        for path in reversed(self._made):
            with suppress(OSError):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        self._made.clear()
        self._tops.clear()
        self._put_back_environment()

    def _put_back_environment(self) -> None:
        for name, value in self._environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._environment.clear()

    # --- what a payload needs ---------------------------------------------------------------------

    def plant(self, payload: Payload, base: Base) -> list[str]:
        """Make what the payload's text names; the extensions of files that do something."""
        extensions: list[str] = []
        for step in filter(None, payload.setup.split(";")):
            kind, _, rest = step.partition(":")
            if kind == "symlink":
                name, _, target = rest.partition("->")
                self._link(base, name, self.filled(target, base, FOLDER))
            elif kind == "mkdir":
                self._plant_folder(Path(base.folder, rest))
            elif kind == "file":
                extensions = self._plant_files(rest, base)
        return extensions

    def _link(self, base: Base, name: str, target: str) -> None:
        path = Path(base.folder, name)
        with suppress(OSError):
            path.symlink_to(target)
            self._planted.append(path)

    def _plant_folder(self, path: Path) -> None:
        with suppress(OSError):
            path.mkdir()
            self._planted.append(path)

    def _plant_files(self, kind: str, base: Base) -> list[str]:
        up = "../" * DEEP + str(self.outside)[1:] + "/"
        made = doing(kind, str(self.outside), up, self.token)
        for extension, data in made.items():
            for folder in {base.folder, self.default.folder}:
                path = Path(folder, f"does{self.token}{extension}")
                with suppress(OSError):
                    path.write_bytes(data)
                    self._planted.append(path)
        return list(made)

    def unplant(self) -> None:
        for path in reversed(self._planted):
            with suppress(OSError):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        self._planted.clear()

    # --- texts ------------------------------------------------------------------------------------

    def filled(self, template: str, base: Base, extension: str) -> str:
        """The text of a template for a node that looks in ``base``."""
        values = self._filled.get((base, extension)) or self._values(base, extension)
        self._filled[base, extension] = values

        def value(found: re.Match[str]) -> str:
            name, argument = found[1], found[2]
            if name == "up":
                return str(argument) * self._ups(base)
            return values.get(name, found[0])

        text = template.replace("{{", "\ue000").replace("}}", "\ue001")
        text = _REPEATED.sub(lambda found: found[1] * int(found[2]), text)
        if "\ue000" in text and "__class__" not in text and "folder_paths" not in text:
            text = text.replace("\ue000", "{{").replace("\ue001", "}}")
        text = text.replace("\ue000", "{").replace("\ue001", "}")
        return _VARIABLE.sub(value, text)

    def _values(self, base: Base, extension: str) -> dict[str, str]:
        target = self.outside / f"{self.name}{extension}"
        folder = Path(base.folder)
        return {
            "A": base.folder,
            "AN": folder.name,
            "Aup": base.folder.upper(),
            "O": str(self.outside),
            "On": self._relative(self.outside, folder.parent),
            "Oname": self.outside.name,
            "S": str(target),
            "Sn": target.name,
            "Sup": str(target)[1:],
            "Srel": self._relative(target, folder),
            "Orel": self._relative(self.outside, folder),
            "SIB": f"{base.folder}-evil",
            "H": str(self.home),
            "TOK": self.token,
            "SECRET": self.secret,
            "pid": str(os.getppid()),
            "port": "9",
        }

    @staticmethod
    def _relative(path: Path, start: Path) -> str:
        return os.path.relpath(path, start)

    def _ups(self, base: Base) -> int:
        """How many folders up from the base to the folder that holds the decoys."""
        relative = os.path.relpath(self.host, base.folder)
        return max(sum(part == ".." for part in relative.split("/")), 1)

    def state(self) -> tuple[Any, ...]:
        """What the decoys look like: when folders changed, and sizes and times of files."""
        folders = (self.outside, *self.siblings, self.home, self.host)
        return tuple(_look(path) for path in (*folders, *self._watched))

    def shown(self, text: str) -> str:
        """The text without what differs from arena to arena."""
        for made, name in (
            (self.token, ""),
            (self.canary, "CANARY"),
            (self.secret, "SECRET"),
        ):
            text = text.replace(made, name)
        return text


def _look(path: Path) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns
