"""``/view`` and ``/upload/image`` stay in their folders, and show what lies there."""

from __future__ import annotations

import asyncio
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from served import Session, served

import reference_runtime

aiohttp: Any = pytest.importorskip("aiohttp")
DATA = Path(reference_runtime.__file__).parent / "escapes" / "path_escapes.json"
PAYLOADS: list[dict[str, Any]] = [
    p
    for p in json.loads(DATA.read_text(encoding="utf-8"))["payloads"]
    if p["cls"] not in ("archive", "checkpoint", "toctou")
]
CANARY = b"canary 81a2"


def arena(root: Path) -> dict[str, str]:
    """The folders, a secret beside them, and links to it; the values of the payloads' variables."""
    for name in ("input", "output", "temp", "outside", "input-evil", "output-evil"):
        (root / name).mkdir()
        (root / name / "secret.txt").write_bytes(CANARY)
    for name in ("input", "output", "temp"):
        folder = root / name
        (folder / "secret.txt").unlink()
        (folder / "sub").mkdir()
        (folder / "a..b").mkdir()
        for link, target in {
            "ln_file": "../outside/secret.txt", "ln_dir": "../outside", "ln_ddir": "../outside",
            "ln_rel": "../outside/secret.txt", "ln_c1": "ln_c2", "ln_c2": "../outside/secret.txt",
            "ln_proc": "/proc/self", "loop": "loop",
        }.items():  # fmt: skip
            (folder / link).symlink_to(target)
    secret = root / "outside" / "secret.txt"
    return {
        "{AN}": "input", "{Aup}": str(root / "input").upper(), "{A}": str(root / "input"),
        "{SIB}": str(root / "input-evil"), "{Srel}": "../outside/secret.txt",
        "{Sup}": str(secret).lstrip("/"), "{Sn}": "secret.txt", "{S}": str(secret),
        "{Orel}": "../outside", "{On}": "outside", "{O}": str(root / "outside"), "{pid}": "1",
        "{TOK}": "token", "{port}": "9", "{fd}": "0", "{SHM}": "segment",
    }  # fmt: skip


def fill(text: str, values: dict[str, str]) -> str:
    for key, value in values.items():
        text = text.replace(key, value)
    return text.encode("utf-8", "replace").decode()  # a URL has no lone surrogates


def outside(root: Path) -> dict[str, bytes]:
    inside = {root / name for name in ("input", "output", "temp")}
    return {
        str(f): f.read_bytes()
        for f in root.rglob("*")
        if f.is_file() and not f.is_symlink() and not inside & set(f.parents)
    }


def queries(name: str) -> list[dict[str, str]]:
    """The ways in which a client can put a name into a request."""
    folder, _, last = name.rpartition("/")
    found = [{"filename": name}, {"filename": last, "subfolder": folder}]
    found += [{"filename": "secret.txt", "subfolder": name}, {"filename": "x", "type": name}]
    if name.startswith("subfolder="):
        found.append(dict(field.split("=", 1) for field in name.split("&")))
    return found


async def upload(session: Session, content: bytes, **fields: str) -> tuple[int, Any]:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("image", content, filename=fields.pop("filename", "a.png"))
    for key, value in fields.items():
        form.add_field(key, value)
    async with session.client.post("/upload/image", data=form) as reply:
        kind = reply.content_type
        return reply.status, await (reply.json() if kind == "application/json" else reply.read())


def test_no_payload_sees_or_changes_anything_outside(tmp_path: Path) -> None:
    async def scenario() -> None:
        values = arena(tmp_path)
        before = outside(tmp_path)
        async with served(tmp_path) as session:
            for payload in PAYLOADS:
                for query in queries(fill(payload["tpl"], values)):
                    status, body = await session.get("/view", params=query)
                    assert status in (400, 403, 404), (payload["id"], query, status)
                    assert CANARY not in body, (payload["id"], query)
            assert outside(tmp_path) == before

    asyncio.run(scenario())


@pytest.mark.filterwarnings("ignore::aiohttp.BadContentDispositionHeader")
def test_no_payload_uploads_anything_outside(tmp_path: Path) -> None:
    async def scenario() -> None:
        values = arena(tmp_path)
        before = outside(tmp_path)
        async with served(tmp_path) as session:
            for payload in PAYLOADS:
                name = fill(payload["tpl"], values)
                if any(ord(letter) < 32 or letter == "\x7f" for letter in name):
                    continue  # these can't stand in the form's header at all
                for query in queries(name.replace('"', "")):
                    status, _ = await upload(session, b"planted", overwrite="true", **query)
                    assert status in (200, 400, 403), (payload["id"], query, status)
                    assert outside(tmp_path) == before, (payload["id"], query)

    asyncio.run(scenario())


def test_a_file_is_shown_with_its_type_and_as_nothing_that_runs(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(tmp_path) as session:
            (tmp_path / "output" / "s").mkdir()
            (tmp_path / "output" / "s" / "a[b].png").write_bytes(b"\x89PNG")
            (tmp_path / "temp" / "x.html").write_bytes(b"<script>")
            query = {"filename": "a[b].png", "subfolder": "s"}
            async with session.client.get("/view", params=query) as reply:
                assert (reply.status, reply.content_type) == (200, "image/png")
                assert await reply.read() == b"\x89PNG"
                assert reply.headers["Content-Disposition"] == "filename*=UTF-8''a%5Bb%5D.png"
            query = {"filename": "x.html", "type": "temp"}
            async with session.client.get("/view", params=query) as reply:
                assert reply.content_type == "application/octet-stream"
                assert reply.headers["X-Content-Type-Options"] == "nosniff"
            assert (await session.get("/view", params={"filename": "x.html [temp]"}))[0] == 200
            assert (await session.get("/view"))[0] == 404
            assert (await session.get("/view", params={"filename": "none.png"}))[0] == 404
            assert (await session.get("/view", params={"filename": "s"}))[0] == 400
            async with session.client.get("/view", params={"filename": "../é\n"}) as reply:
                assert (reply.status, await reply.read()) == (400, b"")
                assert "invisible character" in reply.headers["X-Reason"]
            query = {"filename": "a.png", "type": "models"}
            assert (await session.get("/view", params=query))[0] == 400

    asyncio.run(scenario())


def test_pictures_in_another_form(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")

    async def scenario() -> None:
        async with served(tmp_path) as session:
            picture = image.new("RGBA", (4, 2), (10, 20, 30, 40))
            picture.save(tmp_path / "output" / "a.png")
            (tmp_path / "output" / "bad.png").write_bytes(b"no picture")
            for form, kind in {"webp;50": "WEBP", "jpeg": "JPEG", "x;y": "WEBP"}.items():
                query = {"filename": "a.png", "preview": form}
                status, body = await session.get("/view", params=query)
                assert (status, image.open(BytesIO(body)).format) == (200, kind)
            _, body = await session.get("/view", params={"filename": "a.png", "channel": "rgb"})
            assert image.open(BytesIO(body)).getpixel((0, 0)) == (10, 20, 30)
            _, body = await session.get("/view", params={"filename": "a.png", "channel": "a"})
            assert image.open(BytesIO(body)).getpixel((0, 0)) == (0, 0, 0, 40)
            query = {"filename": "bad.png", "preview": "webp"}
            assert (await session.get("/view", params=query))[0] == 415

    asyncio.run(scenario())


def test_an_upload_keeps_what_is_there_and_knows_the_same_content(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(tmp_path) as session:
            first = {"name": "a.png", "subfolder": "", "type": "input"}
            assert await upload(session, b"one") == (200, first)
            assert await upload(session, b"one") == (200, first)
            assert await upload(session, b"two") == (200, {**first, "name": "a (1).png"})
            assert await upload(session, b"two") == (200, {**first, "name": "a (1).png"})
            assert await upload(session, b"three", overwrite="true") == (200, first)
            assert (tmp_path / "input" / "a.png").read_bytes() == b"three"
            status, stored = await upload(session, b"x", subfolder="p/q/", type="temp")
            assert (status, stored["subfolder"]) == (200, "p/q/")
            assert (tmp_path / "temp" / "p" / "q" / "a.png").read_bytes() == b"x"
            assert sorted(p.name for p in (tmp_path / "input").iterdir()) == ["a (1).png", "a.png"]
            assert (await upload(session, b"x", type="models"))[0] == 400
            assert (await session.post("/upload/image", data=b""))[0] == 400

    asyncio.run(scenario())


def test_an_upload_that_is_too_large_is_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(tmp_path) as session:
            assert (await upload(session, bytes((1 << 20) + 1)))[0] == 413
            assert list((tmp_path / "input").iterdir()) == []

    asyncio.run(scenario())
