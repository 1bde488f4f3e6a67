"""A process that has imported torch and forks workers: a new worker in milliseconds.

It runs no code of any pack. It is started by ``forking.Nursery`` as ``bootstrap.py PARENT_PID
FORKS REAPS``, two sockets. On the first it gets one JSON object per datagram with descriptors
beside it, and answers with the number of the new process; on the second it is asked how a process
ended. A process that ended is kept as a zombie until that is asked, so its number stays its own.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import random
import select
import socket
import sys
from collections.abc import Callable
from typing import Any

from reference_runtime.isolation.lifeline import die_with_parent, no_core_files
from reference_runtime.isolation.scratch import TOKEN

PRELOADED = ("asyncio", "numpy", "torch", "PIL.Image")
MAX_DATAGRAM = 1 << 16
MAX_DESCRIPTORS = 16

Begin = Callable[[int], None]
"""Becomes a worker whose parent has this number; never returns."""


def serve(parent: int, forks: int, reaps: int, begin: Begin) -> None:
    """Preload, say so, and fork whenever asked, until the host closes its end; never returns."""
    die_with_parent(parent)
    no_core_files()
    missing = _preload()
    gc.collect()
    gc.freeze()  # what was preloaded is not touched by the collector, so its pages stay shared
    forking, reaping = socket.socket(fileno=forks), socket.socket(fileno=reaps)
    _reply(forking, {"ready": True, "missing": missing, "pid": os.getpid()})
    while True:
        ready, _, _ = select.select([forking, reaping], [], [])
        if reaping in ready:
            _reap(reaping)
        if forking in ready:
            _fork(forking, reaping, begin)


def _preload() -> list[str]:
    missing = []
    for name in PRELOADED:
        try:
            __import__(name)
        except ImportError:
            missing.append(name)
    return missing


def _reply(sock: socket.socket, answer: dict[str, Any]) -> None:
    sock.send(json.dumps(answer).encode())


def _receive(sock: socket.socket) -> tuple[dict[str, Any], list[int]]:
    data, descriptors, _, _ = socket.recv_fds(sock, MAX_DATAGRAM, MAX_DESCRIPTORS)
    if not data:
        os._exit(0)
    request: dict[str, Any] = json.loads(data)
    return request, descriptors


def _reap(sock: socket.socket) -> None:
    request, _ = _receive(sock)
    try:
        pid, status = os.waitpid(request["pid"], os.WNOHANG)
        code = os.waitstatus_to_exitcode(status) if pid else None
    except ChildProcessError:
        code = -9
    _reply(sock, {"status": code})


def _fork(sock: socket.socket, reaping: socket.socket, begin: Begin) -> None:
    request, descriptors = _receive(sock)
    own = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            sock.close()
            reaping.close()
            _become(request, descriptors)
            begin(own)
        finally:
            os._exit(70)
    for fd in descriptors:
        os.close(fd)
    # Their numbers in the new process: they are not moved.
    _reply(sock, {"pid": pid, "inherited": descriptors[3:]})


def _become(request: dict[str, Any], descriptors: list[int]) -> None:
    """Take the place, the pipes and the environment of the new worker."""
    os.setsid()
    for number, fd in enumerate(descriptors[:3]):
        os.dup2(fd, number)
        os.close(fd)
    _mark(request["environment"][TOKEN])
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    _forget_state()


def _mark(token: str) -> None:
    """Write the token over that of our own, where the kernel shows a process's environment.

    Later changes of the environment don't reach that place, and ``sweep`` looks there.
    """
    libc = ctypes.CDLL(None)
    libc.getenv.restype = ctypes.c_void_p
    place = libc.getenv(TOKEN.encode())
    if place and len(ctypes.string_at(place)) == len(token):
        ctypes.memmove(place, token.encode(), len(token))


def _forget_state() -> None:
    """What a fresh process would have of its own."""
    random.seed()
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()
    tempfile: Any = sys.modules.get("tempfile")
    if tempfile is not None:
        tempfile.tempdir = None
