"""One process, from its start to its end: it serves, or does its one deed, and ends with the gateway."""

from __future__ import annotations

import json

import pytest

from tests.fakes.private_line import Remote, Secrets

NOWHERE = "http://127.0.0.1:9/mcp"


@pytest.mark.parametrize("deed", ["--sign-in", "--sign-out"])
def test_a_deed_ends_with_the_gateway(deed: str) -> None:
    class Deaf(Secrets):
        """A gateway that never answers."""

        def serve(self, method: str, params: dict[str, object]) -> dict[str, object]:
            self.read.append(method)
            raise ValueError(params)

    secrets = Deaf()
    remote = Remote(secrets, NOWHERE, deed, sign_in="oauth-far")
    assert remote.end()[0] in (0, 1)


def test_a_session_ends_with_the_gateway() -> None:
    remote = Remote(Secrets(), NOWHERE)
    assert "cannot be reached" in remote.greet()["error"]["message"]
    assert remote.end() == (0, b"")


def test_a_sign_out_that_cannot_be_told_still_forgets_the_tokens() -> None:
    kept = {
        "access_token": "a",
        "refresh_token": "r",
        "client_id": "c",
        "token_endpoint": NOWHERE,
        "revocation_endpoint": NOWHERE,
    }
    secrets = Secrets(**{"oauth-far": json.dumps(kept)})
    remote = Remote(secrets, NOWHERE, "--sign-out", sign_in="oauth-far")
    told = remote.next()
    assert told["method"] == "doorkeep/signed"
    assert told["params"]["revoked"] is False
    assert "could not be told" in told["params"]["words"]
    assert secrets.kept == {}
    assert remote.end() == (0, b"")
