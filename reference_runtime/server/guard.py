"""Refuses requests that another web site makes through the user's browser.

A page anywhere can make a browser send requests to this machine. Such a request carries the page's
Origin; and when a foreign name was made to point here, it carries that name as Host.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit


def refusal(headers: Mapping[str, str], loopback_only: bool) -> str | None:
    """Why the request is refused; None when it is not."""
    host = headers.get("Host", "")
    if loopback_only and host and not is_loopback(host):
        return f"this server is for {host!r} only when it listens there: see --listen"
    origin = headers.get("Origin")
    if origin and origin != "null" and urlsplit(origin).netloc.lower() != host.lower():
        return f"a page of {origin} may not use this server"
    if origin == "null" or headers.get("Sec-Fetch-Site") == "cross-site":
        return "a page of another site may not use this server"
    return None


def is_loopback(host: str) -> bool:
    """Whether "name", "name:port" or "[address]:port" means this machine alone."""
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
