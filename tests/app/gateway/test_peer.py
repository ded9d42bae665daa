from __future__ import annotations

from app.gateway.peer import Peer


def test_a_bridge_that_keeps_nothing_may_be_told_to_all_the_same() -> None:
    peer = Peer("filesystem")
    peer.keep(b'{"a":1}')
    assert not peer.kept
    assert not peer.initialize
