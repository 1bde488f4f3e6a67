"""Ask a package index which files it has of a distribution, and fetch one: data, never built."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit, urlunsplit

from packaging.utils import (
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from studio_conformance.release.baseline import BadBaseline

DEFAULT = "https://pypi.org/simple"
VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
JSON = "application/vnd.pypi.simple.v1+json"
ACCEPT = f"{JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
SECONDS = 60.0
LARGEST = 512 * 2**20
WHEEL = ".whl"


@dataclass(frozen=True)
class Offered:
    """One file of a distribution on an index."""

    name: str
    version: Version
    url: str
    sha256: str | None
    yanked: bool

    @property
    def rank(self) -> tuple[bool, bool]:
        """Wheels first, and of them those for every platform: all are only read."""
        return not self.name.endswith(WHEEL), "none-any" not in self.name


def index_url() -> str:
    """The index that uv or pip is told to use, else PyPI."""
    return next((os.environ[v] for v in VARIABLES if os.environ.get(v)), DEFAULT).rstrip("/")


def offered(name: str) -> list[Offered]:
    """Wheels and source archives of the distribution; empty when the index does not know it.

    Raises BadBaseline when the index can't be asked.
    """
    url = f"{index_url()}/{canonicalize_name(name)}/"
    answer = _get(url, ACCEPT, LARGEST)
    if answer is None:
        return []
    data, kind, where = answer
    files = _from_json(data, where) if kind == JSON else _from_html(data, where)
    return [each for each in files if each is not None]


def fetch(file: Offered, folder: Path) -> Path:
    """The file in ``folder``, its digest checked where the index gave one."""
    answer = _get(file.url, "*/*", LARGEST)
    if answer is None:
        raise BadBaseline(f"pypi: {_shown(file.url)} is not there")
    if file.sha256 is not None and hashlib.sha256(answer[0]).hexdigest() != file.sha256:
        raise BadBaseline(f"pypi: {file.name} is not the file the index speaks of (its sha256)")
    place = folder / file.name
    place.write_bytes(answer[0])
    return place


def _get(url: str, accept: str, most: int) -> tuple[bytes, str, str] | None:
    """Content, media type and final address; None for "not found"."""
    try:
        if urlsplit(url).scheme not in ("http", "https"):
            raise BadBaseline(f"pypi: {_shown(url)}: only http and https indexes can be asked")
        bare, password = _without_password(url)
        request = urllib.request.Request(bare, headers={"Accept": accept})
        if password:
            # Unredirected: another host that the index points to gets none of it.
            request.add_unredirected_header("Authorization", password)
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            data: bytes = answer.read(most + 1)
            kind, where = answer.headers.get_content_type(), answer.geturl()
    except urllib.error.HTTPError as error:
        if error.code in (404, 410):
            return None
        raise BadBaseline(f"pypi: {_shown(url)}: {error.code} {error.reason}") from None
    except BadBaseline:
        raise
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise BadBaseline(f"pypi: {_shown(url)} can't be reached: {reason}") from None
    if len(data) > most:
        raise BadBaseline(f"pypi: {_shown(url)} is larger than {most >> 20} MiB")
    return data, kind, where


def _without_password(url: str) -> tuple[str, str]:
    """The address alone, and what authorizes: files on the index's host need the same."""
    parts, index = urlsplit(url), urlsplit(index_url())
    user, _, host = parts.netloc.rpartition("@")
    if not user and (parts.scheme, host) == (index.scheme, index.netloc.rpartition("@")[2]):
        user = index.netloc.rpartition("@")[0]
    token = base64.b64encode(unquote(user).encode()).decode()
    return urlunsplit(parts._replace(netloc=host)), f"Basic {token}" if user else ""


def _shown(url: str) -> str:
    return re.sub(r"(\w+://)[^/\s@]+@", r"\1***@", url)


def _from_json(data: bytes, where: str) -> Iterator[Offered | None]:
    try:
        files = json.loads(data)["files"]
        for each in files:
            digest = (each.get("hashes") or {}).get("sha256")
            url = urljoin(where, each["url"])
            yield _offered(each["filename"], url, digest, bool(each.get("yanked")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadBaseline(f"pypi: {_shown(where)} does not answer as an index: {error}") from None


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.found.append((given["href"] or "", "data-yanked" in given))


def _from_html(data: bytes, where: str) -> Iterator[Offered | None]:
    links = _Links()
    links.feed(data.decode("utf-8", "replace"))
    for href, yanked in links.found:
        try:
            url, fragment = urldefrag(urljoin(where, href))
        except ValueError:  # No address at all, such as http://[x.
            continue
        digest = fragment[7:] if fragment.startswith("sha256=") else None
        yield _offered(unquote(url.rpartition("/")[2]), url, digest, yanked)


def _offered(name: str, url: str, digest: str | None, yanked: bool) -> Offered | None:
    """None for files that are neither wheel nor source archive, or named like a path."""
    try:
        if name.endswith(WHEEL):
            version = parse_wheel_filename(name)[1]
        else:
            version = parse_sdist_filename(name)[1]
    except ValueError:  # Another name than those have, or a number too long for Python.
        return None
    return None if "/" in name or "\\" in name else Offered(name, version, url, digest, yanked)
