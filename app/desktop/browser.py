"""Opening a page in the user's browser. Only web addresses, and only where a desktop is there to show them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

SECONDS = 10.0
_STAYING: list[subprocess.Popen[bytes]] = []
"""Openers that are the browser itself, until they end."""


def open_page(url: str) -> bool:
    """Whether the browser took the address. Raises ValueError for one that is not of the web. Blocks for a moment."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.netloc or any(ord(letter) <= 32 for letter in url):
        raise ValueError("only the address of a web page is opened")
    found = command(url, sys.platform, os.environ)
    return bool(found) and _runs(found)


def command(url: str, system: str, environ: Mapping[str, str]) -> list[str]:
    """What opens it; empty where nobody would see it."""
    if system == "darwin":
        return ["/usr/bin/open", url]
    if system == "win32":
        library = os.path.join(environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "url.dll")
        return ["rundll32.exe", f"{library},FileProtocolHandler", url]
    seen = environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    return ["xdg-open", url] if seen else []


def _runs(found: list[str]) -> bool:
    _STAYING[:] = [run for run in _STAYING if run.poll() is None]
    try:
        run = subprocess.Popen(
            found,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        return run.wait(SECONDS) == 0
    except subprocess.TimeoutExpired:
        _STAYING.append(run)
        return True
