"""One bounded GET: what is asked, what is taken, and what the other end cannot make of it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.core import web
from app.core.web import WebError

MOST = 4096
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Peer:
    """A server on loopback that answers each connection as it was told, and keeps what it was sent."""

    def __init__(self, talk: Callable[[socket.socket, Peer], object]) -> None:
        self._talk = talk
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.heard: list[str] = []
        self.ended = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                try:
                    self.heard.append(self._request(connection))
                    self._talk(connection, self)
                except OSError:
                    self.ended.set()

    def _request(self, connection: socket.socket) -> str:
        if connection.recv(1, socket.MSG_PEEK) == b"\x16":
            return ""  # a hello of TLS, which whoever talks takes
        found = b""
        while b"\r\n\r\n" not in found:
            piece = connection.recv(4096)
            if not piece:
                break
            found += piece
        return found.decode("latin-1")

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def peer() -> Iterator[Callable[..., Peer]]:
    made: list[Peer] = []

    def make(talk: bytes | Callable[[socket.socket, Peer], object]) -> Peer:
        made.append(Peer((lambda connection, _peer: connection.sendall(talk)) if isinstance(talk, bytes) else talk))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_the_request_tells_nothing_but_what_is_asked(peer) -> None:
    server = peer(OK)
    assert web.get(f"{server.url}/latest.json?channel=stable#top", MOST) == b"{}"
    lines = server.heard[0].rstrip("\r\n").split("\r\n")
    assert lines[0] == "GET /latest.json?channel=stable HTTP/1.1"
    assert sorted(lines[1:]) == [
        "Accept: application/json",
        "Connection: close",
        f"Host: {server.url.removeprefix('http://')}",
        "User-Agent: Doorkeep",
    ]


def test_an_answer_in_chunks_is_put_together(peer) -> None:
    server = peer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n")
    assert web.get(server.url, MOST) == b"{}"


def test_an_answer_of_just_the_bound_is_taken(peer) -> None:
    assert len(web.get(peer(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * MOST).url, MOST)) == MOST


@pytest.mark.parametrize("head", [b"", b"Content-Length: 99999999999\r\n"])
def test_an_endless_answer_is_left(peer, head: bytes) -> None:
    def talk(connection: socket.socket, _peer: Peer) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
        while True:
            connection.sendall(b"x" * 4096)

    server = peer(talk)
    with pytest.raises(WebError, match="more than 4 kB"):
        web.get(server.url, MOST)
    assert server.ended.wait(30)


@pytest.mark.parametrize(
    "head", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["status", "fields", "body"]
)
def test_an_answer_that_drips_ends_when_the_time_is_up(peer, head: bytes) -> None:
    def talk(connection: socket.socket, server: Peer) -> None:
        connection.sendall(head)
        while not server.ended.wait(0.02):
            connection.sendall(b"x")

    server = peer(talk)
    with pytest.raises(WebError, match="took too long"):
        web.get(server.url, 1 << 20, seconds=0.5)
    assert server.ended.wait(30)


def test_silence_ends_when_the_time_is_up(peer) -> None:
    server = peer(lambda connection, _peer: connection.recv(1))
    with pytest.raises(WebError, match="took too long"):
        web.get(server.url, MOST, seconds=0.3)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff garbage",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000,
    ],
)
def test_what_is_no_http_is_told_in_words(peer, answer: bytes) -> None:
    with pytest.raises(WebError, match=r"127\.0\.0\.1 could not be asked"):
        web.get(peer(answer).url, MOST)


@pytest.mark.parametrize("status", [204, 304, 404, 500])
def test_another_status_is_no_answer(peer, status: int) -> None:
    with pytest.raises(WebError, match=f"status {status}"):
        web.get(peer(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status).url, MOST)


def moved(to: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 9999\r\n\r\n".encode()


def test_a_redirect_is_followed(peer) -> None:
    there = peer(OK)
    assert web.get(peer(moved(f"{there.url}/new")).url, MOST) == b"{}"
    assert there.heard[0].startswith("GET /new ")


def test_redirects_in_a_circle_end(peer) -> None:
    server = peer(moved("/again"))
    with pytest.raises(WebError, match="again and again"):
        web.get(server.url, MOST)
    assert len(server.heard) == web.MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    "to", ["http://example.com/x", "file:///etc/passwd", "ftp://example.com/", "//example.com", "javascript:x"]
)
def test_a_redirect_to_anything_but_https_is_not_followed(peer, to: str) -> None:
    with pytest.raises(WebError, match="no address that can be asked"):
        web.get(peer(moved(to)).url, MOST)


def test_https_is_never_left_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(parts, most: int, end: float) -> str:
        asked.append(parts.geturl())
        return "http://127.0.0.1:1/"

    monkeypatch.setattr(web, "_asked", answer)
    with pytest.raises(WebError, match="without https"):
        web.get("https://example.com/", MOST)
    assert asked == ["https://example.com/"]


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "example.com",
            "",
            "https://",
            "https:///x",
        ),
        *("https://me:pass@example.com/", "https://example.com:0/", "https://example.com:99999/", "https://[::1/"),
        *("https://exa mple.com/", "https://example.com/\r\nX: y", "https://example.com/ü", "http://localhost/"),
        "https://example.com/" + "x" * web.MOST_URL,
    ],
)
def test_addresses_that_are_not_asked(url: str) -> None:
    with pytest.raises(WebError):
        web.get(url, MOST)


def test_nobody_there_is_told_in_words() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # taken, so that nobody else listens there, and listened at by nobody
        with pytest.raises(WebError, match="could not be asked"):
            web.get(f"http://127.0.0.1:{deaf.getsockname()[1]}/", MOST)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody signed but itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "doorkeep test")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def secure(peer, certificate: Path) -> str:
    """The address of a server that speaks TLS with that certificate and answers `{}`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def talk(connection: socket.socket, server: Peer) -> None:
        with context.wrap_socket(connection, server_side=True) as stream:
            server.heard.append(stream.recv(4096).decode())
            stream.sendall(OK)

    return peer(talk).url.replace("http:", "https:")


def test_an_untrusted_certificate_is_refused(secure: str) -> None:
    with pytest.raises(WebError, match="certificate is not to be trusted"):
        web.get(secure, MOST)


def test_a_trusted_one_is_read(secure: str, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_context", lambda: ssl.create_default_context(cafile=str(certificate)))
    assert web.get(secure, MOST) == b"{}"


def test_a_proxy_is_asked_for_the_host_and_told_its_own_password_alone(peer, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = peer(b"HTTP/1.1 403 Forbidden\r\n\r\n")
    monkeypatch.setenv("https_proxy", proxy.url.replace("//", "//ann:s%20t@"))
    with pytest.raises(WebError, match="403"):
        web.get("https://updates.example/latest.json", MOST)
    lines = proxy.heard[0].rstrip("\r\n").split("\r\n")
    assert lines[0].startswith("CONNECT updates.example:443 ")
    assert [line for line in lines if line.startswith("Proxy-")] == ["Proxy-Authorization: Basic YW5uOnMgdA=="]
    assert "latest.json" not in proxy.heard[0]


def test_no_proxy_keeps_a_host_from_the_proxy(peer, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, server = peer(OK), peer(b"no TLS here")
    monkeypatch.setenv("https_proxy", proxy.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(WebError):
        web.get(server.url.replace("http:", "https:"), MOST)
    assert (len(proxy.heard), len(server.heard)) == (0, 1)


def test_a_proxy_of_another_kind_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:1")
    with pytest.raises(WebError, match="kind that is not supported"):
        web.get("https://updates.example/", MOST)


def test_where_openssl_knows_no_authorities_the_systems_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = ssl.get_default_verify_paths()._replace(cafile=None, capath=None)
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nowhere)
    taken: list[str | None] = []
    monkeypatch.setattr(ssl, "create_default_context", lambda cafile=None: taken.append(cafile))
    ours = tmp_path / "authorities.pem"
    ours.write_text("")
    monkeypatch.setattr(web, "_AUTHORITIES", (str(tmp_path / "absent.pem"), str(ours)))
    web._context()
    assert taken == [str(ours)]
