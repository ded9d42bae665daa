"""The same deeds on every dialect of configuration."""

from __future__ import annotations

from typing import get_args

import pytest

from app.clients import documents
from app.clients.documents import Dialect
from app.clients.splice import SpliceError

ENTRY = {"command": "/b", "args": ["git"]}
OTHERS = {
    "json": '{\n  "s": {\n    "x": {"command": "x", "env": {"T": "geheim"}, "headers": {"A": "geheim"}}\n  }\n}\n',
    "jsonc": '{\n  // mine\n  "s": {\n    "x": {"command": "x", "environment": {"T": "geheim"}},\n  }\n}\n',
    "toml": '# mine\n[s.x]\ncommand = "x"\nenv = { T = "geheim" }\n[s.x.http_headers]\nA = "geheim"\n',
}


@pytest.mark.parametrize("dialect", get_args(Dialect))
@pytest.mark.parametrize("fresh", [True, False])
def test_a_server_is_put_in_seen_and_taken_out(dialect: Dialect, fresh: bool) -> None:
    text = documents.FRESH[dialect] if fresh else OTHERS[dialect]
    assert documents.stands(text, "s", dialect) is not fresh
    after, trace = documents.put(text, "s", "git", ENTRY, dialect)
    assert documents.members(after, "s", dialect)["git"] == ENTRY
    assert documents.twice(after, "s", dialect) == set()
    assert documents.same_elsewhere(text, after, "s", "git", dialect)
    assert documents.take(after, "s", "git", dialect, trace) == text


@pytest.mark.parametrize("dialect", get_args(Dialect))
def test_secrets_of_other_servers_are_hidden(dialect: Dialect) -> None:
    masked = documents.mask(OTHERS[dialect], "s", dialect)
    assert "geheim" not in masked
    assert documents.HIDDEN in masked
    assert "command" in masked


@pytest.mark.parametrize("dialect", get_args(Dialect))
def test_a_servers_text_is_exchanged_and_given_back(dialect: Dialect) -> None:
    text = OTHERS[dialect]
    after, old = documents.exchange(text, "s", "x", ENTRY, dialect)
    assert documents.members(after, "s", dialect) == {"x": ENTRY}
    assert "geheim" in old
    assert "geheim" not in after
    assert documents.exchange(after, "s", "x", old, dialect)[0] == text


@pytest.mark.parametrize("dialect", get_args(Dialect))
def test_what_is_not_there_cannot_be_exchanged(dialect: Dialect) -> None:
    with pytest.raises(SpliceError):
        documents.exchange(OTHERS[dialect], "s", "y", ENTRY, dialect)


def test_more_can_be_hidden_than_variables() -> None:
    text = OTHERS["json"]
    at = text.index('"command"') + 12
    assert '"command": "…"' in documents.mask(
        text, "s", "json", [(at, at + 1), (text.index("geheim"), text.index("geheim") + 2)]
    )
