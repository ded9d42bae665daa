"""What a kill left beside a client's file is cleared as far as it is kept elsewhere."""

from __future__ import annotations

from pathlib import Path

from app.clients import backups, configfile, leftovers
from app.clients.changes import Change
from app.clients.targets import Target

SECRET = "ghp_0123456789abcdef"


def test_known_texts_go_and_unknown_ones_stay(target: Target, config: Path, home: str) -> None:
    config.write_text(f'{{"token": "{SECRET}"}}')
    backups.keep(home, "claude-desktop", configfile.read(target.path), secrets={"github": SECRET})
    left = [config.with_name(f".{config.name}.{number}.doorkeep") for number in range(4)]
    left[0].write_bytes(config.read_bytes())
    config.write_text("{}")
    left[1].write_text("{}")
    left[2].write_text('{"after": true}')
    left[3].write_text('{"newer": "of the client"}')
    other = config.with_name(f".{config.name}.swp")
    other.write_text("{}")
    leftovers.clear(
        home, "claude-desktop", Change("adopt", target, configfile.read(target.path), b'{"after": true}', {})
    )
    assert [path.exists() for path in (*left, other)] == [False, False, False, True, True]
