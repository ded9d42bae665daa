"""Notes: the first index, a fixed mix of queries, the widest query, memory and the list of tools; beside plain FTS5 and `rg`.

Ours is asked over its pipe as a client asks it, and compares every hit with its file; FTS5 is asked in this process and trusts
its table. Both have read the same notes in the same run.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import memory, peers
from tests.bench.drive import Driver
from tests.bench.ground import ROOT, Ground
from tests.bench.measure import Figure, compare, in_turn, quantile, timed
from tests.bench.vault import Corpus, Query

OURS = "doorkeep"
PLAIN = "sqlite fts5"
FIRST = "for the first time"
ROUNDS = {10_000: 5, 100_000: 1}
LIMIT_MS = {10_000: 20.0, 100_000: 60.0}
_ADDED = "INSERT INTO notes(path, title, body) VALUES(?, ?, ?)"


def notes(ground: Ground) -> Iterator[Figure]:
    """At 10,000 and at 100,000 notes."""
    for count in ROUNDS:
        corpus = Corpus(count)
        vault = corpus.write(ground.scratch / "vaults" / f"{count}")
        cache = ground.scratch / f"notes-{count}"
        yield first_index(vault, cache, count)
        server = _server(vault, cache)
        table = sqlite3.connect(cache / "plain.db")
        try:
            ask_all(server, corpus.queries()[:20])
            yield from mix(server, table, corpus, count)
            yield widest(server, corpus, count)
            yield ripgrep(server, vault, corpus, count)
            yield Figure(
                f"private memory at {count:,} notes", memory.uss(server.process.pid), "MB", limit=30, of="ours"
            )
            if count == 10_000:
                yield from obsidian_mcp(ground, server, vault, corpus)
                yield Figure("list of tools", _list_size(server), "bytes", limit=9_000, of="ours")
        finally:
            server.close()
            table.close()


def _server(vault: Path, cache: Path) -> Driver:
    command = [sys.executable, "-m", "servers.notes", f"--folder={vault}=read", f"--undo={cache / 'undo'}"]
    return Driver(command, cwd=str(ROOT)).open()


def _list_size(server: Driver) -> int:
    """Bytes of the tools in compact JSON."""
    tools = json.loads(server.ask("tools/list", {}))["result"]["tools"]
    return len(json.dumps(tools, separators=(",", ":"), ensure_ascii=False).encode())


def first_index(vault: Path, cache: Path, count: int) -> Figure:
    """From the start of the process to the first answer out of all notes; FTS5: files read, rows put in, committed."""
    cache.mkdir(exist_ok=True)

    def ours() -> float:
        shutil.rmtree(cache / "undo", ignore_errors=True)
        return timed(lambda: _made(vault, cache))

    rivals = {OURS: ours, PLAIN: lambda: timed(lambda: _plain(vault, cache / "plain.db"))}
    samples = in_turn(rivals, rounds=ROUNDS[count], warmup=1 if count == 10_000 else 0)
    return compare(f"first index of {count:,} notes", samples, OURS, PLAIN, 3.0, unit="s", scale=1)


def _made(vault: Path, cache: Path) -> None:
    with _server(vault, cache) as server:
        while FIRST.encode() in server.call("search_notes", {"query": "nothing-of-the-kind"}):
            pass


def _plain(vault: Path, file: Path) -> None:
    file.unlink(missing_ok=True)
    table = sqlite3.connect(file)
    table.execute("CREATE VIRTUAL TABLE notes USING fts5(path, title, body)")
    table.executemany(_ADDED, _rows(vault))
    table.commit()
    table.close()


def _rows(vault: Path) -> Iterator[tuple[str, str, str]]:
    for folder, inner, names in os.walk(vault):
        inner[:] = [name for name in inner if not name.startswith(".")]
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                yield os.path.relpath(path, vault), name[:-3], file.read().decode()


def ask_all(server: Driver, queries: list[Query]) -> list[float]:
    """Seconds that each query takes over the pipe."""
    return [timed(lambda query=query: server.call("search_notes", {"query": query.text})) for query in queries]


def mix(server: Driver, table: sqlite3.Connection, corpus: Corpus, count: int) -> Iterator[Figure]:
    """The fixed mix: half of the queries, and the twentieth that takes longest. FTS5 is asked what it can be asked."""
    queries = corpus.queries()
    ours = ask_all(server, queries)
    theirs = [timed(lambda query=query: _first_page(table, query.fts)) for query in queries if query.fts]
    for share, what in ((0.5, "median"), (0.95, "p95")):
        yield Figure(
            f"query mix at {count:,} notes, {what}",
            quantile(ours, share) * 1e3,
            "ms",
            PLAIN,
            quantile(theirs, share) * 1e3,
            limit=LIMIT_MS[count] if share > 0.9 else None,
            of="ours",
        )


def _first_page(table: sqlite3.Connection, query: str) -> None:
    sql = "SELECT path, snippet(notes, 2, '', '', '…', 12) FROM notes WHERE notes MATCH ? ORDER BY rank LIMIT 20"
    table.execute(sql, (query,)).fetchall()


def widest(server: Driver, corpus: Corpus, count: int) -> Figure:
    """The slowest of the queries that fit nearly everything: a word in every note, two of them, prefixes of one and two letters."""
    words = corpus.words
    queries = [words[0], f"{words[0]} {words[1]}", words[5], "b*", f"{words[0][:2]}*", "a", f"{words[0]} OR {words[3]}"]
    slowest = max(
        sorted(timed(lambda query=query: server.call("search_notes", {"query": query})) for _ in range(5))[2]
        for query in queries
    )
    return Figure(f"widest query at {count:,} notes", slowest * 1e3, "ms", limit=150, of="ours")


def ripgrep(server: Driver, vault: Path, corpus: Corpus, count: int) -> Figure:
    """One word: the ranked first page, beside all files that hold it."""
    found = peers.program("rg")
    queries = [query for query in corpus.queries() if query.kind == "word"][:10]
    rivals: dict[str, Callable[[], float]] = {OURS: lambda: sum(ask_all(server, queries)) / len(queries)}
    if not found:
        return Figure(f"one word at {count:,} notes", rivals[OURS]() * 1e3, "ms")
    rivals["rg -l"] = lambda: sum(_grep(found, vault, query) for query in queries) / len(queries)
    samples = in_turn(rivals, rounds=3)
    return compare(f"one word at {count:,} notes", samples, OURS, "rg -l", 1.0)


def _grep(program: str, vault: Path, query: Query) -> float:
    command = [program, "-l", "-i", "-w", "-F", query.text, str(vault)]
    return timed(lambda: subprocess.run(command, check=False, stdout=subprocess.PIPE, timeout=60))


def obsidian_mcp(ground: Ground, server: Driver, vault: Path, corpus: Corpus) -> Iterator[Figure]:
    """One word beside another server for notes; no row where it does not take this folder or cannot be installed."""
    queries = [query for query in corpus.queries() if query.kind == "word"][:5]
    try:
        rival = Driver([*peers.node_notes(ground.scratch), str(vault)]).open()
    except (RuntimeError, SystemExit, subprocess.SubprocessError) as error:
        print(f"obsidian-mcp was not measured: {error!s:.200}", file=sys.stderr)
        return
    with rival:
        asked = [{"vault": vault.name, "query": query.text} for query in queries]
        rivals = {
            OURS: lambda: sum(ask_all(server, queries)) / len(queries),
            "obsidian-mcp": lambda: timed(lambda: [rival.call("search-vault", one) for one in asked]) / len(asked),
        }
        yield compare("one word beside obsidian-mcp", in_turn(rivals, rounds=3), OURS, "obsidian-mcp", 0.1)
