"""A worker after its pack was loaded: it serves in the pack's event loop until the host leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_runtime.isolation import inside, rpc
from reference_runtime.isolation.exchange import Exchange, worker_side
from reference_runtime.isolation.inside_pack import PackServer
from reference_runtime.touches import LOG

if TYPE_CHECKING:
    from reference_runtime.isolation.inside_nodes import NodeServer
    from reference_runtime.isolation.session import Session


def serve(
    session: Session,
    memory: rpc.Message | None,
    ends: tuple[int, int],
    early: list[rpc.Message],
    frames: rpc.FrameReader,
    options: rpc.Message,
) -> None:
    """Never returns. ``ends``: of the channel; ``early``: messages that were read already.

    ``frames`` may hold the beginning of one more; ``options``: ``nodes`` (serve the pack's nodes,
    and not only values), ``folders`` (see ``use_folders``).
    """
    LOG.phase = "run"
    pack = PackServer(worker_side(**memory) if memory is not None else Exchange(None, None))
    use_folders(options["folders"])
    nodes = node_server(session, pack) if options["nodes"] else None

    def begin() -> inside.InsideChannel:
        channel = pack.open(
            *ends, nodes.methods() if nodes else {}, nodes.urgent() if nodes else {}
        )
        channel.continue_with(frames)
        hear_interruptions(channel)
        return channel

    inside.run(session.loaded.runner.opened(), begin, early)


def node_server(session: Session, pack: PackServer) -> NodeServer:
    from reference_runtime.engine.local_nodes import LocalNodes
    from reference_runtime.isolation.inside_nodes import NodeServer

    classes: dict[str, Any] = {}
    names: dict[str, str] = {}
    for candidate in session.loaded.candidates:
        key = candidate.key or _declared_id(candidate.cls)
        if key is not None:
            classes[key] = candidate.cls
            if candidate.display_name is not None:
                names[key] = candidate.display_name
    return NodeServer(LocalNodes(classes, names), pack)


def _declared_id(cls: Any) -> str | None:
    try:
        return str(cls.GET_SCHEMA().node_id)
    except Exception:  # the description tells; the node is not there
        return None


def use_folders(folders: rpc.Message) -> None:
    """Let the host's ``folder_paths`` know them: ``input``, ``output``, ``temp``, ``models``.

    ``models``: kind, path, whether it comes first.
    """
    from reference_runtime.host.standins import folder_paths

    for name in ("input", "output", "temp"):
        if name in folders:
            getattr(folder_paths, f"set_{name}_directory")(folders[name])
    for kind, path, first in folders.get("models", ()):
        folder_paths.add_model_folder_path(kind, path, first)


def hear_interruptions(channel: inside.InsideChannel) -> None:
    """Let the host's check for interruptions look at the channel first."""
    from reference_runtime.host.standins.comfy import model_management

    model_management._look_first = channel.poll
