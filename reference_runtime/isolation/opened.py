"""A worker after its pack was loaded: it serves in the pack's event loop until the host leaves."""

from __future__ import annotations

import importlib
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
    with_nodes: bool,
) -> None:
    """Never returns. ``ends``: of the channel; ``early``: messages that were read already.

    ``frames`` may hold the beginning of one more; ``with_nodes``: serve the pack's nodes, and not
    only values.
    """
    LOG.phase = "run"
    pack = PackServer(worker_side(**memory) if memory is not None else Exchange(None, None))
    nodes = node_server(session, pack) if with_nodes else None

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

    return NodeServer(LocalNodes.of_loaded(session.loaded), pack)


def hear_interruptions(channel: inside.InsideChannel) -> None:
    """Let the host's check for interruptions look at the channel first."""
    management: Any = importlib.import_module("comfy.model_management")
    management._look_first = channel.poll
