"""How a package index is asked; ``test_pypi.py`` has one that answers."""

from __future__ import annotations

import email.message
import urllib.error
import urllib.request
from typing import Any

import pytest
from packaging.version import Version

from studio_conformance.release.baseline import BadBaseline
from studio_conformance.release.index import (
    VARIABLES,
    Offered,
    _get,
    _offered,
    _without_password,
    index_url,
)


@pytest.fixture(autouse=True)
def _no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_what_uv_is_told_counts_before_what_pip_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert index_url() == "https://pypi.org/simple"
    for name in ("PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX"):
        monkeypatch.setenv(name, f"https://{name.lower()}/simple/")
        assert index_url() == f"https://{name.lower()}/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "")
    assert index_url() == "https://uv_index_url/simple"


def test_a_password_goes_to_the_host_of_the_index_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://me:p%40ss@index.example/simple")
    told = "Basic bWU6cEBzcw=="  # me:p@ss
    bare = "https://index.example/files/a.whl"
    assert _without_password(bare) == (bare, told)
    assert _without_password("https://me:p%40ss@index.example/x")[1] == told
    for other in ("https://other.example/a.whl", "http://index.example/a.whl"):
        assert _without_password(other) == (other, "")
    assert _without_password("https://you@other.example/x") == (
        "https://other.example/x",
        "Basic eW91",
    )


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://index.example/x", "data:,x"])
def test_nothing_but_the_web_is_asked(address: str) -> None:
    with pytest.raises(BadBaseline, match="only http and https"):
        _get(address, "*/*", 100)


@pytest.mark.parametrize(("code", "there"), [(404, False), (410, False), (403, True), (500, True)])
def test_only_what_is_not_there_is_no_error(
    code: int, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(request: urllib.request.Request, timeout: float) -> Any:
        raise urllib.error.HTTPError(
            request.full_url, code, "said so", email.message.Message(), None
        )

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    if not there:
        assert _get("https://me:secret@index.example/x", "*/*", 9) is None
        return
    with pytest.raises(BadBaseline, match=f"{code} said so") as caught:
        _get("https://me:secret@index.example/x", "*/*", 9)
    assert "secret" not in str(caught.value)


def test_an_answer_may_be_as_long_as_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Answer:
        headers = email.message.Message()

        def __enter__(self) -> Answer:
            return self

        def __exit__(self, *_: object) -> None: ...

        def read(self, most: int) -> bytes:
            return b"12345"[:most]

        def geturl(self) -> str:
            return "https://index.example/y"

    monkeypatch.setattr(urllib.request, "urlopen", lambda request, timeout: Answer())
    assert _get("https://index.example/x", "*/*", 5) == (
        b"12345", "text/plain", "https://index.example/y",
    )  # fmt: skip
    with pytest.raises(BadBaseline, match="is larger than"):
        _get("https://index.example/x", "*/*", 4)


def test_what_any_machine_can_read_comes_first() -> None:
    names = ["a-1.0.tar.gz", "a-1.0-cp311-cp311-linux_x86_64.whl", "a-1.0-py3-none-any.whl"]
    files = [Offered(name, Version("1.0"), "", None, False) for name in names]
    assert [file.name for file in sorted(files, key=lambda file: file.rank)] == names[::-1]


@pytest.mark.parametrize(
    "name", ["a-1.0.exe", "../a-1.0.tar.gz", "x/a-1.0-py3-none-any.whl", "x\\a-1.0.tar.gz", ""]
)
def test_a_file_of_another_name_is_not_offered(name: str) -> None:
    assert _offered(name, "u", None, False) is None
    assert _offered("a-1.0.tar.gz", "u", None, False) is not None
