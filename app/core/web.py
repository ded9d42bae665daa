"""One bounded GET over https, for the update check alone: no cookie, no name of this computer, no redirect to plain http.

Bounded in bytes, in redirects and in time as a whole, whatever the other end does. Plain http is taken on this computer's own
loopback address only.
"""

from __future__ import annotations

import base64
import contextlib
import os
import socket
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from app.core.errors import DoorkeepError

if TYPE_CHECKING:
    import ssl
    from http.client import HTTPConnection, HTTPResponse

SECONDS = 20.0
"""One request as a whole, redirects included."""
STEP_SECONDS = 10.0
"""Without a byte."""
MOST_REDIRECTS = 3
MOST_URL = 2048
PIECE = 16 * 1024
_LOOPBACK = ("127.0.0.1", "::1")
_MOVED = (301, 302, 303, 307, 308)
_AUTHORITIES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
"""Where systems keep whom they trust, for an OpenSSL that was built for another one (Debian, Fedora, macOS and Alpine)."""


class WebError(DoorkeepError):
    """The address cannot be asked, or its answer is none that we take."""


def check(url: str) -> SplitResult:
    """The parts of an address that may be asked. Raises WebError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = SplitResult("", "", "", "", ""), None
    plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
    printable = url.isascii() and url.isprintable() and " " not in url
    if not (parts.scheme == "https" or plain) or not parts.hostname or not printable or len(url) > MOST_URL:
        raise WebError(f"{url[:200]!r} is no address that can be asked.", "Only https addresses are.")
    if parts.username or parts.password or port == 0:
        raise WebError(f"The address of {parts.hostname} carries a name or a password.", "It is not asked.")
    return parts


def get(url: str, most: int, seconds: float = SECONDS) -> bytes:
    """The content at `url`, at most `most` bytes. Blocks for `seconds` at most, a name's resolution aside. Raises WebError."""
    end = time.monotonic() + seconds
    for _ in range(MOST_REDIRECTS + 1):
        parts = check(url)
        answer = _asked(parts, most, end)
        if isinstance(answer, bytes):
            return answer
        before, url = url, urljoin(url, answer)
        if before.startswith("https:") and not url.startswith("https:"):
            raise WebError(f"{parts.hostname} sends us on to an address without https.", "It is not asked.")
    raise WebError(f"{urlsplit(url).hostname} sends us on again and again.", "", "Try again later.")


def _asked(parts: SplitResult, most: int, end: float) -> bytes | str:
    """The content, or the address that we are sent on to."""
    import http.client

    host = parts.hostname or ""
    late = f"{host} took too long to answer."
    if time.monotonic() >= end:
        raise WebError(late, "", "Try again later.")
    limit: _Limit | None = None
    try:
        connection = _connection(parts)
        limit = _Limit(connection, end)
        connection.connect()
        limit.hold()
        connection.putrequest("GET", _target(parts), skip_accept_encoding=True)
        for name, value in (("User-Agent", "Doorkeep"), ("Accept", "application/json"), ("Connection", "close")):
            connection.putheader(name, value)
        connection.endheaders()
        return _read(connection.getresponse(), host, most, end)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, TimeoutError) or time.monotonic() >= end:
            raise WebError(late, "", "Try again later.") from None
        raise _unasked(host, error) from None
    finally:
        if limit is not None:
            limit.release()


def _read(response: HTTPResponse, host: str, most: int, end: float) -> bytes | str:
    with response:
        if response.status in _MOVED:
            return response.getheader("Location") or ""
        if response.status != 200:
            raise WebError(f"{host} answered with status {response.status}.", "", "Try again later.")
        content = bytearray()
        while piece := response.read1(PIECE):
            content += piece
            if len(content) > most:
                raise WebError(
                    f"{host} answered with more than {most // 1024} kB.", "That is no answer to our question."
                )
            if time.monotonic() >= end:
                raise TimeoutError
    if time.monotonic() >= end:  # the end of the stream may be our own
        raise TimeoutError
    return bytes(content)


class _Limit:
    """Ends a connection's socket when the time is up: a peer that sends a byte now and then never runs into a time-out."""

    def __init__(self, connection: HTTPConnection, end: float) -> None:
        self._connection = connection
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(max(0.0, end - time.monotonic()), self._end)
        self._timer.daemon = True
        self._timer.start()

    def hold(self) -> None:
        """Remember the socket: the connection forgets it while the answer is still being read."""
        self._socket = self._connection.sock

    def release(self) -> None:
        """Nothing is left to be ended."""
        self._timer.cancel()
        self._connection.close()

    def _end(self) -> None:
        open_one = self._socket or self._connection.sock
        if open_one is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(open_one, socket.SHUT_RDWR)  # the stream below TLS


def _connection(parts: SplitResult) -> HTTPConnection:
    import http.client
    from urllib.request import getproxies, proxy_bypass

    host = parts.hostname or ""
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=STEP_SECONDS)
    proxies = getproxies()
    proxy = proxies.get("https") or proxies.get("all") or ""
    if not proxy or proxy_bypass(host):
        return http.client.HTTPSConnection(host, parts.port, timeout=STEP_SECONDS, context=_context())
    via = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if via.scheme != "http" or not via.hostname:
        raise OSError(f"the proxy {via.scheme}://{via.hostname} is of a kind that is not supported")
    connection = http.client.HTTPSConnection(via.hostname, via.port or 80, timeout=STEP_SECONDS, context=_context())
    connection.set_tunnel(host, parts.port or 443, _known_to(via))
    return connection


def _known_to(proxy: SplitResult) -> dict[str, str]:
    """The proxy's own name and password, where its address carries them."""
    if proxy.username is None:
        return {}
    said = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": "Basic " + base64.b64encode(said.encode()).decode()}


def _context() -> ssl.SSLContext:
    import ssl

    paths = ssl.get_default_verify_paths()
    lost = not (paths.cafile or paths.capath)
    elsewhere = next((path for path in _AUTHORITIES if os.path.exists(path)), None) if lost else None
    return ssl.create_default_context(cafile=elsewhere)


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _unasked(host: str, error: Exception) -> WebError:
    """What happened, in the system's words where it has some."""
    import ssl

    if isinstance(error, ssl.SSLCertVerificationError):
        words = f"{host} was not asked: its certificate is not to be trusted ({error.verify_message})."
        return WebError(words, "", "Is the address right, and this computer's clock?")
    words = str(getattr(error, "strerror", None) or error)[:200].rstrip(".") or type(error).__name__
    return WebError(f"{host} could not be asked: {words}.", "", "Is this computer on the net?")
