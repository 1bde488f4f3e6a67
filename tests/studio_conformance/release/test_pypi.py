"""Earlier releases from a package index, which is a small server here."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from repositories import write_release

from studio_conformance.packs import find_pack
from studio_conformance.release.baseline import BadBaseline, Earlier, find_earlier

PACK = b"NODE_CLASS_MAPPINGS = {}\n"
LONG = "".join(f"A{n} = {n**9}\n" for n in range(3000)).encode()
SETUP = b'raise SystemExit("built")\n'


def wheel(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def sdist(files: dict[str, bytes], link: str | None = None) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        if link is not None:
            member = tarfile.TarInfo(link)
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(member)
    return data.getvalue()


def damaged(archive: bytes) -> bytes:
    """The archive with other bytes in the midst of the data of its first file."""
    middle = len(archive) // 2
    return archive[:middle] + bytes(4000) + archive[middle + 4000 :]


def packed(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


FILES = {
    "my_texts-1.0.0-py3-none-any.whl": wheel(**{"mypack/__init__.py": PACK}),
    "my_texts-1.1.0.tar.gz": sdist(
        {"my_texts-1.1.0/setup.py": SETUP, "my_texts-1.1.0/src/mypack/__init__.py": PACK},
        link="my_texts-1.1.0/src/mypack/link.py",
    ),
    "my_texts-1.2.0.tar.gz": sdist({"my_texts-1.2.0/__init__.py": PACK}),
    "my_texts-1.3.0-py3-none-any.whl": wheel(**{"mypack/__init__.py": PACK}),
    "my_texts-1.4.0.tar.gz": sdist({"../out.py": PACK}),
    "my_texts-1.5.0-py3-none-any.whl": wheel(**{"/tmp/out.py": PACK}),
    "my_texts-1.6.0-py3-none-any.whl": wheel(**{"one/__init__.py": PACK, "two/__init__.py": PACK}),
    "my_texts-1.7.0-py3-none-any.whl": b"no archive",
    "my_texts-1.8.0-py3-none-any.whl": damaged(packed(**{"mypack/__init__.py": LONG})),
    "my_texts-1.9.0.tar.gz": damaged(sdist({"my_texts-1.9.0/__init__.py": LONG})),
    "my_texts-2.0.0-py3-none-any.whl": wheel(**{"mypack/__init__.py": PACK}),
}
YANKED = "my_texts-1.3.0-py3-none-any.whl"
FILES |= {
    "my_texts-2.1.0-py3-none-any.whl": wheel(
        **{"another/__init__.py": PACK, "mypack/__init__.py": PACK + b"MINE = 1\n"}
    ),
    "my_texts-2.2.0-cp311-cp311-linux_x86_64.whl": b"not to be read",
    "my_texts-2.2.0-py3-none-any.whl": wheel(**{"mypack/__init__.py": PACK}),
}


class Index(BaseHTTPRequestHandler):
    json_too = True
    wanted: str | None = None
    """The header without which nothing is given."""
    elsewhere: str | None = None
    """Where all is to be found."""

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        if self.wanted not in (None, self.headers["Authorization"]):
            self.send_error(401)
        elif self.elsewhere is not None:
            self.send_response(302)
            self.send_header("Location", self.elsewhere + self.path)
            self.end_headers()
        elif self.path == "/simple/my-texts/":
            as_json = self.json_too and "json" in self.headers["Accept"]
            self._say(*(self._json() if as_json else self._html()))
        elif name in FILES:
            self._say(FILES[name], "application/octet-stream")
        else:
            self.send_error(404)

    def _say(self, data: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(data)

    def _json(self) -> tuple[bytes, str]:
        files = [
            {
                "filename": name,
                "url": f"../../files/{name}",
                "hashes": {"sha256": digest(name)},
                "yanked": name == YANKED,
            }
            for name in (*FILES, "my_texts-1.0.exe")
        ]
        return json.dumps({"files": files}).encode(), "application/vnd.pypi.simple.v1+json"

    def _html(self) -> tuple[bytes, str]:
        links = [
            f'<a href="../../files/{name}#sha256={digest(name)}"'
            f"{' data-yanked' if name == YANKED else ''}>{name}</a>"
            for name in FILES
        ]
        return "\n".join(links).encode(), "text/html"

    def log_message(self, *args: object) -> None:
        pass


def digest(name: str) -> str:
    return hashlib.sha256(FILES.get(name, b"")).hexdigest()


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Index]]:
    class Mine(Index):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Mine)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{server.server_port}/simple")
    yield Mine
    server.shutdown()
    server.server_close()


def earlier(tmp_path: Path, argument: str, version: str = "9.0") -> Earlier:
    pack = write_release(tmp_path / "mypack", version)
    return find_earlier(argument, find_pack(str(pack), tmp_path), tmp_path)


@pytest.mark.parametrize("json_too", [True, False])
@pytest.mark.parametrize(
    ("argument", "below", "version"),
    [
        ("pypi:", "1.1.0", "1.0.0"),
        ("pypi:my-texts", "1.2.0", "1.1.0"),
        ("pypi:My_Texts", "1.3.0", "1.2.0"),
        ("pypi:my-texts", "1.4.0", "1.2.0"),
        ("pypi:my-texts==1.3.0", "9.0", "1.3.0"),
    ],
)
def test_the_pack_as_data(
    index: type[Index], json_too: bool, tmp_path: Path, argument: str, below: str, version: str
) -> None:
    index.json_too = json_too
    found = earlier(tmp_path, argument, below)
    try:
        assert found.version == version
        assert found.source.endswith(f"=={version}")
        assert found.path is not None
        assert (found.path.name, found.path.is_symlink()) == ("mypack", False)
        assert [file.name for file in found.path.glob("*.py")] == ["__init__.py"]
    finally:
        found.close()
    assert not found.path.exists()


@pytest.mark.usefixtures("index")
def test_the_folder_of_the_packs_name_is_the_pack(tmp_path: Path) -> None:
    found = earlier(tmp_path, "pypi:my-texts==2.1.0")
    assert found.path is not None
    assert "MINE" in (found.path / "__init__.py").read_text()
    found.close()


@pytest.mark.usefixtures("index")
def test_a_wheel_for_every_platform_is_preferred(tmp_path: Path) -> None:
    found = earlier(tmp_path, "pypi:my-texts==2.2.0")
    found.close()
    assert (found.version, found.source) == ("2.2.0", "pypi:my-texts==2.2.0")


@pytest.mark.usefixtures("index")
def test_no_earlier_release(tmp_path: Path) -> None:
    found = earlier(tmp_path, "pypi:my-texts", "1.0.0")
    assert found.path is None
    assert "my-texts below 1.0.0" in found.missing


def test_a_pack_that_is_not_on_the_index_yet(index: type[Index], tmp_path: Path) -> None:
    pack = write_release(tmp_path / "mypack", "1.0", name="brand-new")
    for asked in ("pypi:", "pypi:Brand_New"):
        found = find_earlier(asked, find_pack(str(pack), tmp_path), tmp_path)
        assert "has no" in found.missing


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("pypi:my-texts==1.4.0", "outside of its folder"),
        ("pypi:my-texts==1.5.0", "outside of its folder"),
        ("pypi:my-texts==1.6.0", "which folder is the pack"),
        ("pypi:my-texts==1.7.0", "can't be unpacked"),
        ("pypi:my-texts==1.8.0", "can't be unpacked"),
        ("pypi:my-texts==1.9.0", "can't be unpacked"),
        ("pypi:my-texts==3.0", "has no such version"),
        ("pypi:my-texts==2.x", "is no version"),
        ("pypi:my texts", "write pypi:NAME"),
        ("pypi:my-textz", "has no my-textz .the pack itself is called my-texts"),
    ],
)
@pytest.mark.usefixtures("index")
def test_what_is_refused(tmp_path: Path, argument: str, said: str) -> None:
    with pytest.raises(BadBaseline, match=said):
        earlier(tmp_path, argument)
    assert not (tmp_path / "out.py").exists()


def test_a_file_that_was_exchanged(index: type[Index], tmp_path: Path) -> None:
    index._json = lambda self: (  # type: ignore[method-assign]
        json.dumps({"files": [{
            "filename": "my_texts-1.0.0-py3-none-any.whl",
            "url": "../../files/my_texts-1.0.0-py3-none-any.whl",
            "hashes": {"sha256": "0" * 64},
        }]}).encode(),
        "application/vnd.pypi.simple.v1+json",
    )  # fmt: skip
    with pytest.raises(BadBaseline, match="is not the file the index speaks of"):
        earlier(tmp_path, "pypi:my-texts==1.0.0")


def test_an_index_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://user:secret@127.0.0.1:9/simple")
    with pytest.raises(BadBaseline, match="can't be reached") as caught:
        earlier(tmp_path, "pypi:my-texts")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("address", ["http://[::1", "http://127.0.0.1:9/si mple", "simple"])
def test_an_address_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", address)
    with pytest.raises(BadBaseline, match=r"^pypi: "):
        earlier(tmp_path, "pypi:my-texts")


def test_links_that_lead_nowhere_are_passed_over(index: type[Index], tmp_path: Path) -> None:
    odd = ["http://[x/my_texts-1.0.0.tar.gz", f"my_texts-{'9' * 5000}.tar.gz"]
    page = "".join(f'<a href="{href}">x</a>' for href in odd).encode()
    index.json_too = False
    index._html = lambda self: (page, "text/html")  # type: ignore[method-assign]
    assert "has no my-texts below 9.0" in earlier(tmp_path, "pypi:my-texts").missing


def with_password(monkeypatch: pytest.MonkeyPatch) -> None:
    address = os.environ["UV_DEFAULT_INDEX"].replace("://", "://me:secret@")
    monkeypatch.setenv("UV_DEFAULT_INDEX", address)


def test_a_password_is_for_files_of_the_index_too(
    index: type[Index], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.wanted = "Basic bWU6c2VjcmV0"
    with pytest.raises(BadBaseline, match="401"):
        earlier(tmp_path, "pypi:my-texts==1.0.0")
    with_password(monkeypatch)
    earlier(tmp_path, "pypi:my-texts==1.0.0").close()


def test_a_password_is_for_no_other_host(
    index: type[Index], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str | None] = []

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.append(self.headers["Authorization"])
            self.send_error(404)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Other) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        index.elsewhere = f"http://127.0.0.1:{other.server_port}"
        with_password(monkeypatch)
        assert "has no my-texts" in earlier(tmp_path, "pypi:my-texts").missing
        other.shutdown()
    assert told == [None]
