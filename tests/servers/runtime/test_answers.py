from __future__ import annotations

import json
from typing import Any

import pytest

from servers.runtime.answers import LIST_TTL_MS, Answers
from tests.fakes.small_server import server


def result(line: bytes) -> dict[str, Any]:
    assert line.endswith(b"\n")
    return json.loads(line)["result"]


def test_a_modern_result_begins_so_that_the_gateway_can_cut_it() -> None:
    line = Answers(server, signed=False).line(1, b'"content":[]', modern=True)
    assert line == b'{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[]}}\n'


def test_a_legacy_result_is_bare() -> None:
    line = Answers(server, signed=True).line("a", b"", modern=False)
    assert line == b'{"jsonrpc":"2.0","id":"a","result":{}}\n'


def test_the_private_member_stands_beside_the_result() -> None:
    line = Answers(server, signed=False).line(1, b'"a":1', modern=True, doorkeep=b',"doorkeep":{"paths":[]}')
    assert json.loads(line)["doorkeep"] == {"paths": []}


@pytest.mark.parametrize("signed", [True, False])
def test_results_name_the_server_where_nobody_else_does(signed: bool) -> None:
    found = result(Answers(server, signed=signed).line(1, b'"content":[]', modern=True))
    assert ("_meta" in found) is signed


@pytest.mark.parametrize("signed", [True, False])
def test_discovery_names_the_server_in_any_case_and_once(signed: bool) -> None:
    answers = Answers(server, signed=signed)
    line = answers.line(1, answers.discovered(), modern=True)
    assert line.count(b'"_meta"') == 1
    assert result(line)["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "small"


def test_lists_may_be_kept_in_the_modern_era_alone() -> None:
    answers = Answers(server, signed=False)
    modern = result(answers.line(1, answers.listed("prompts/list", modern=True), modern=True))
    legacy = result(answers.line(1, answers.listed("prompts/list", modern=False), modern=False))
    assert (modern.pop("ttlMs"), modern.pop("cacheScope"), modern.pop("resultType")) == (
        LIST_TTL_MS,
        "public",
        "complete",
    )
    assert modern == legacy
