"""One request to a login server: bounded, and read for what it means."""

from __future__ import annotations

import socket
import threading

import anyio
import httpx2
import pytest

from servers.remote.exchange import MOST_BYTES, Answer, answer_to


def answered(reply: bytes) -> Answer:
    """What comes of a server that says just that."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        peer, _ = listening.accept()
        with peer:
            peer.settimeout(30)
            asked = b""
            while b"a=b" not in asked:  # what is left unread would end the connection for both
                asked += peer.recv(65536)
            try:
                peer.sendall(reply)
            except OSError:
                return  # it reads no more

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/token"
        return anyio.run(answer_to, httpx2.Request("POST", url, data={"a": "b"}))
    finally:
        thread.join(30)
        listening.close()


def http(status: str, body: bytes, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n".encode() + body


def test_an_answer_is_its_status_and_text() -> None:
    assert answered(http("200 OK", b"{}")) == Answer(200, b"{}")


def test_an_answer_without_end_is_cut() -> None:
    assert len(answered(http("200 OK", b"x" * (MOST_BYTES * 3))).body) == MOST_BYTES


def test_a_redirect_is_not_followed_with_a_token_in_hand() -> None:
    assert answered(http("307 No", b"", "Location: http://127.0.0.1:1/other\r\n")).status == 307


def test_no_answer_is_an_error_of_the_connection() -> None:
    with pytest.raises(httpx2.TransportError):
        answered(b"")


@pytest.mark.parametrize(
    ("status", "body", "final"),
    [
        (400, b'{"error":"invalid_grant"}', True),
        (401, b"nonsense", True),
        (400, b'{"error":"temporarily_unavailable"}', False),
        (503, b'{"error":"invalid_grant"}', False),
        (429, b"", False),
        (200, b"{}", False),
    ],
)
def test_only_a_refusal_that_stays_one_is_final(status: int, body: bytes, final: bool) -> None:
    assert Answer(status, body).final == final
