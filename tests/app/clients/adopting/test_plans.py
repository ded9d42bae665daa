"""What adopting would change, and what it refuses, in every dialect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clients import configfile
from app.clients.adopting import plans
from app.clients.adopting.moving import Names
from app.clients.changes import Change, Wish
from app.clients.holes import Holed, dig, fill
from app.clients.ownership import Record
from app.clients.targets import Installation, Target, find_client, find_target
from app.core.errors import ClientConfigError
from app.core.settings import Settings

DIALECTS = {
    "claude-desktop": '{\n  "mcpServers": {\n    "a": {"command": "x", "env": {"TOKEN": "t"}},\n    "b": {"command": "y"}\n  }\n}\n',
    "zed": '{\n\t// mine\n\t"context_servers": {\n\t\t"a": {\n\t\t\t"source": "custom", /* so */\n'
    '\t\t\t"command": "x",\n\t\t\t"env": {"TOKEN": "t"},\n\t\t},\n\t},\n}\n',
    "opencode": '{"mcp": {"a": {"type": "local", "command": ["x", "--token", "t"], "enabled": false}}}',
    "vscode": '{\r\n  "servers": {\r\n    "a": { "type": "http", "url": "https://h/?token=t" }\r\n  }\r\n}',
    "codex": '# mine\n[mcp_servers.a]\ncommand = "x" # it\n# between\n[mcp_servers.a.env]\nTOKEN = "t"\n\n[mcp_servers.b]\ncommand = "y"\n',
}


def target_of(client: str, text: str, tmp_path: Path) -> Target:
    path = tmp_path / "config"
    path.write_bytes(text.encode())
    return find_target(find_client(client), str(path))


def adopted(target: Target, installation: Installation, wish: Wish, record: Record | None = None) -> Change:
    names = Names(("filesystem",), Settings(), (), {})
    return plans.plan_adopt(target, installation, record or Record(), configfile.read(target.path), wish, names)


@pytest.mark.parametrize("client", DIALECTS)
def test_an_adopted_entry_given_back_is_the_same_bytes_in_every_dialect(
    client: str, tmp_path: Path, installation: Installation
) -> None:
    target = target_of(client, DIALECTS[client], tmp_path)
    change = adopted(target, installation, Wish("adopt", ("a",)))
    assert change.after is not None
    assert not any(secret in change.after for secret in (b'"t"', b"token=t"))
    Path(target.path).write_bytes(change.after)
    record = Record(adopted={str(Path(target.path).resolve()): {each.key: each.adopted for each in change.moving}})
    assert "a" not in {each.key for each in plans.found(target, installation, record, configfile.read(target.path))}
    back = plans.plan_return(
        target, installation, record, configfile.read(target.path), Wish("return"), change.moving[0].secrets
    )
    assert back.after == DIALECTS[client].encode()


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ENTRIES = st.fixed_dictionaries(
    {"command": st.just("x")},
    optional={
        "args": st.lists(TEXTS | TEXTS.map("--token={}".format) | st.just("https://u:pass/wörd@h/"), max_size=4),
        "env": st.dictionaries(st.sampled_from(["A_TOKEN", "B_KEY", "API_KEY", "PLAIN"]), TEXTS, max_size=3),
        "timeout": st.integers(0, 9),
        "other": st.none() | st.lists(TEXTS, max_size=2),
    },
)


@given(st.dictionaries(TEXTS, ENTRIES, max_size=3), st.sampled_from([None, 1, "\t"]), st.booleans(), st.booleans())
@settings(max_examples=60)
def test_whatever_stands_there_comes_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory,
    servers: dict[str, object],
    indent: Any,
    ascii_only: bool,
    windows: bool,
) -> None:
    text = json.dumps({"first": 1, "mcpServers": servers, "last": "é"}, indent=indent, ensure_ascii=ascii_only)
    text = text.replace("\n", "\r\n") if windows else text
    folder = tmp_path_factory.mktemp("any")
    target, installation = target_of("claude-desktop", text, folder), Installation(str(folder), "/opt/doorkeep-bridge")
    change = adopted(target, installation, Wish("adopt"))
    assert change.after is not None
    Path(target.path).write_bytes(change.after)
    record = Record(adopted={str(Path(target.path).resolve()): {each.key: each.adopted for each in change.moving}})
    secrets = {name: value for each in change.moving for name, value in each.secrets.items()}
    moved = Wish("return", tuple(each.key for each in change.moving))
    if moved.servers:
        back = plans.plan_return(target, installation, record, configfile.read(target.path), moved, secrets)
        assert back.after == text.encode()
    holed = dig(Holed(text.encode()), secrets)
    assert fill(holed, secrets) == text.encode()


def test_what_is_adopted_keeps_the_clients_own_members(tmp_path: Path, installation: Installation) -> None:
    change = adopted(target_of("opencode", DIALECTS["opencode"], tmp_path), installation, Wish("adopt"))
    assert change.entries["a"].entry["enabled"] is False


def test_tables_that_do_not_stand_together_are_refused(tmp_path: Path, installation: Installation) -> None:
    text = '[mcp_servers.a]\ncommand = "x"\n[other]\n[mcp_servers.a.env]\nTOKEN = "t"\n'
    with pytest.raises(ClientConfigError, match="do not stand together"):
        adopted(target_of("codex", text, tmp_path), installation, Wish("adopt", ("a",)))


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish("adopt", ("nobody",)), 'No server "nobody" of another program'),
        (Wish("adopt", ("odd",)), "cannot be adopted as it stands: it names neither"),
        (Wish("adopt", ("a",), seen={"a": "else"}), "is not what you were shown"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    wish: Wish, words: str, tmp_path: Path, installation: Installation
) -> None:
    target = target_of("claude-desktop", '{"mcpServers": {"a": {"command": "x"}, "odd": {}}}', tmp_path)
    with pytest.raises(ClientConfigError, match=words):
        adopted(target, installation, wish)


def test_without_names_all_that_can_be_moved_are(tmp_path: Path, installation: Installation) -> None:
    target = target_of("claude-desktop", '{"mcpServers": {"a": {"command": "x"}, "odd": {}}}', tmp_path)
    assert [each.key for each in adopted(target, installation, Wish("adopt")).moving] == ["a"]


def test_what_was_shown_is_named_without_its_secrets(tmp_path: Path, installation: Installation) -> None:
    shown: list[str] = []
    for token, command in (("t", "x"), ("u", "x"), ("t", "z")):
        text = f'{{"mcpServers": {{"a": {{"command": "{command}", "env": {{"TOKEN": "{token}"}}}}}}}}'
        target = target_of("claude-desktop", text, tmp_path)
        shown.append(plans.shown_as(plans.found(target, installation, Record(), configfile.read(target.path))[0]))
    assert shown[0] == shown[1] != shown[2]


def test_only_adopted_entries_are_given_back(tmp_path: Path, installation: Installation) -> None:
    target = target_of("claude-desktop", '{"mcpServers": {"a": {"command": "x"}}}', tmp_path)
    with pytest.raises(ClientConfigError, match="is not an entry that Doorkeep adopted"):
        plans.plan_return(target, installation, Record(), configfile.read(target.path), Wish("return", ("a",)), {})


def test_a_file_that_is_not_there_has_no_servers(tmp_path: Path, installation: Installation) -> None:
    target = find_target(find_client("claude-desktop"), str(tmp_path / "none.json"))
    assert plans.found(target, installation, Record(), configfile.read(target.path)) == []
    assert not adopted(target, installation, Wish("adopt")).changes
