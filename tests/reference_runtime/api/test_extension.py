"""ComfyAPI, its synchronous twin, progress, and the extension base."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from reference_runtime.api import async_to_sync, context, extension, progress, singleton


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No singleton instance and an empty progress registry."""
    monkeypatch.setattr(singleton.SingletonMetaclass, "_instances", {})
    progress.reset_progress_state("p", None)


class Listener(progress.ProgressHandler):
    def __init__(self) -> None:
        super().__init__("test")
        self.heard: list[tuple[Any, ...]] = []

    def start_handler(self, node_id: str, state: Any, prompt_id: str) -> None:
        self.heard.append(("start", node_id, prompt_id))

    def update_handler(
        self,
        node_id: str,
        value: float,
        max_value: float,
        state: Any,
        prompt_id: str,
        image: Any = None,
    ) -> None:
        self.heard.append(("update", node_id, value, max_value, image))

    def finish_handler(self, node_id: str, state: Any, prompt_id: str) -> None:
        self.heard.append(("finish", node_id, state["value"], state["state"].value))


@pytest.mark.parametrize(
    ("level", "mode", "there"),
    [
        ("comfy-0.3.64", "faithful", False),
        ("studio-0.3.71", "faithful", False),
        ("comfy-latest", "faithful", True),
        ("comfy-0.3.64", "strict", True),
    ],
)
def test_an_api_object_has_its_execution(at: Any, level: str, mode: str, there: bool) -> None:
    """B4."""
    at(level, mode)
    assert hasattr(extension.ComfyAPI_latest(), "execution") is there
    assert hasattr(extension.ComfyAPISync_latest(), "execution") is there


def test_the_execution_singleton_works_at_every_level() -> None:
    listener = Listener()
    progress.add_progress_handler(listener)
    execution = extension.ComfyAPI_latest.Execution.get_instance()
    asyncio.run(execution.set_progress(1, 4, node_id="n"))
    assert listener.heard == [("update", "n", 1, 4, None)]
    assert progress.get_progress_state().nodes["n"]["max"] == 4


def test_progress_is_for_the_running_node() -> None:
    execution = extension.ComfyAPI_latest.Execution()
    with pytest.raises(ValueError, match="no node is running"):
        asyncio.run(execution.set_progress(1, 2))
    with context.CurrentNodeContext("p", "7"):
        asyncio.run(execution.set_progress(1, 2))
    assert list(progress.get_progress_state().nodes) == ["7"]


def test_a_preview_tensor_is_sent_as_the_first_image() -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("PIL")
    listener = Listener()
    progress.add_progress_handler(listener)
    execution = extension.ComfyAPI_latest.Execution()
    images = torch.stack([torch.ones(4, 6, 3), torch.zeros(4, 6, 3)])
    asyncio.run(execution.set_progress(1, 2, "n", images))
    asyncio.run(execution.set_progress(1, 2, "n", images, ignore_size_limit=True))
    kind, image, limit = listener.heard[0][4]
    assert (kind, image.size, image.getpixel((0, 0)), limit) == ("JPEG", (6, 4), (255,) * 3, 512)
    assert listener.heard[1][4][2] is None


def test_the_sync_twin_runs_the_coroutine_elsewhere(at: Any) -> None:
    at("comfy-latest")

    async def inside_a_running_loop() -> None:
        with context.CurrentNodeContext("p", "7"):
            extension.ComfyAPISync_latest().execution.set_progress(2, 3)

    asyncio.run(inside_a_running_loop())
    assert progress.get_progress_state().nodes["7"]["value"] == 2


def test_a_sync_twin_passes_values_and_exceptions() -> None:
    class Async:
        def __init__(self, base: int) -> None:
            self.base = base

        async def add(self, n: int) -> Any:
            await asyncio.sleep(0)
            return self.base + n, threading.current_thread() is threading.main_thread()

        async def fail(self) -> None:
            raise KeyError("inside")

    twin = async_to_sync.create_sync_class(Async)
    assert twin.__name__ == "AsyncSync"
    assert twin(2).add(3) == (5, False)  # type: ignore[attr-defined]
    with pytest.raises(KeyError, match="inside"):
        twin(2).fail()  # type: ignore[attr-defined]


def test_the_versions() -> None:
    from comfy_api.version_list import supported_versions  # type: ignore[import-not-found]

    assert [(v.VERSION, v.STABLE) for v in supported_versions] == [
        ("latest", False),
        ("0.0.2", False),
        ("0.0.1", True),
    ]


def test_parts_of_the_newest_api(at: Any) -> None:
    io = at("comfy-latest")
    api = extension.ComfyAPI_latest()
    replacement = io.NodeReplace("new", "old", ["w"], [{"new_id": "a", "old_id": "b"}])
    asyncio.run(api.node_replacement.register(replacement))
    assert api.node_replacement.registered == [replacement]
    assert replacement.as_dict()["input_mapping"] == [{"new_id": "a", "old_id": "b"}]
    assert replacement.as_dict()["output_mapping"] is None
    asyncio.run(api.caching.register_provider("c"))
    asyncio.run(api.caching.unregister_provider("c"))
    assert api.caching.providers == []


def test_an_extension_must_list_its_nodes() -> None:
    with pytest.raises(TypeError, match="get_node_list"):
        extension.ComfyExtension()  # type: ignore[abstract]

    class Pack(extension.ComfyExtension):
        async def get_node_list(self) -> Any:
            return []

    assert asyncio.run(Pack().get_node_list()) == []
    assert asyncio.run(Pack().on_load()) is None  # type: ignore[func-returns-value]


# --- progress -----------------------------------------------------------------------------------


def test_the_course_of_a_node() -> None:
    listener = Listener()
    progress.add_progress_handler(listener)
    state = progress.get_progress_state()
    state.start_progress("n")
    state.update_progress("n", 2, 5)
    state.disable_handler("test")
    state.update_progress("n", 3, 5)
    state.enable_handler("test")
    state.finish_progress("n")
    assert listener.heard == [
        ("start", "n", "p"),
        ("update", "n", 2, 5, None),
        ("finish", "n", 5, "finished"),
    ]


def test_the_frontend_hears_every_node_that_began() -> None:
    sent: list[Any] = []

    class Server:
        def send_sync(self, event: str, data: Any) -> None:
            sent.append((event, data))

    progress.add_progress_handler(progress.WebUIProgressHandler(Server()))
    state = progress.get_progress_state()
    state.ensure_entry("waiting")
    state.start_progress("n")
    assert sent == [
        (
            "progress_state",
            {
                "prompt_id": "p",
                "nodes": {
                    "n": {
                        "value": 0.0,
                        "max": 1.0,
                        "state": "running",
                        "node_id": "n",
                        "prompt_id": "p",
                    }
                },
            },
        )
    ]
