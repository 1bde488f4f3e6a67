"""Sockets that take values of several io types: unions, ``*``, types matched between inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio_conformance.strategies.sources import Form, Recipe, Source, Variant

HINTS = {
    "image": "IMAGE", "img": "IMAGE", "frame": "IMAGE", "pixels": "IMAGE", "mask": "MASK",
    "latent": "LATENT", "samples": "LATENT", "audio": "AUDIO", "text": "STRING",
    "string": "STRING", "prompt": "STRING", "sigma": "SIGMAS", "conditioning": "CONDITIONING",
    "float": "FLOAT", "bool": "BOOLEAN",
}  # fmt: skip
"""A word in an input's id, and what people plug into such an input when it takes anything."""
ANY_TYPES = ("INT", "IMAGE", "STRING", "FLOAT", "LATENT")
"""What is plugged into a socket that takes anything; the first unless its id hints at another."""


def any_types(name: str) -> list[str]:
    """io types for a socket of any type with this id, the likeliest first."""
    hinted = [io_type for word, io_type in HINTS.items() if word in name.lower()]
    return list(dict.fromkeys([*hinted[:1], *ANY_TYPES]))


def all_fakes(by_type: dict[str, Source]) -> tuple[str, ...]:
    """What stands in as a fake in any of the sources."""
    return tuple(dict.fromkeys(fake for source in by_type.values() for fake in source.fakes))


class Union(Source):
    """One of several sources; the first has the default."""

    def __init__(self, by_type: dict[str, Source]) -> None:
        self.by_type = by_type
        self.first = next(iter(by_type.values()))
        self.is_tensor = self.first.is_tensor
        self.fakes = all_fakes(by_type)

    def default(self, form: Form) -> Recipe:
        return self.first.default(form)

    def variants(self) -> Iterator[Variant]:
        for io_type, source in self.by_type.items():
            if source is not self.first:
                yield Variant("type", io_type, source.default(Form()))

    def random(self, form: Form) -> Any:
        from hypothesis import strategies as st

        return st.one_of([source.random(form) for source in self.by_type.values()])


class Matched(Source):
    """An input whose type is that of all inputs with the same template; ``form.types`` says it."""

    def __init__(self, template: str, by_type: dict[str, Source]) -> None:
        self.template = template
        self.by_type = by_type
        self.is_tensor = any(source.is_tensor for source in by_type.values())
        self.fakes = all_fakes(by_type)

    def _source(self, form: Form) -> Source:
        usual = next(iter(self.by_type))
        return self.by_type.get(form.types.get(self.template, usual)) or self.by_type[usual]

    def default(self, form: Form) -> Recipe:
        return self._source(form).default(form)

    def random(self, form: Form) -> Any:
        return self._source(form).random(form)

    @property
    def templates(self) -> dict[str, list[str]]:
        return {self.template: list(self.by_type)}
