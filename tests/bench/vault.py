"""A vault for the figures: notes whose words follow Zipf's law, with properties, tags, headings and links, and the queries asked of it.

The same seed gives the same vault and the same queries. The vocabulary's words are made of syllables, so that prefixes of four
letters are shared by several words as they are in a language.
"""

from __future__ import annotations

import bisect
import itertools
import random
from pathlib import Path

import msgspec

VOCABULARY = 30_000
EVERYWHERE = 60
"""The first words of the vocabulary: they stand in nearly every note, as `the` and `of` do."""
MIDDLE = (300, 3000)
"""Ranks of the words that people search for: each stands in a few notes of a hundred down to a few of a thousand."""
_ONSETS = "b c d f g h j k l m n p r s t v w br ch cl cr dr fl gr pl pr sh sp st th tr".split()
_VOWELS = "a e i o u ai ea ou io".split()
_CODAS = ["", "", "", "n", "r", "s", "t", "l", "m", "nd", "st", "ck"]
_STATUS = ("draft", "active", "done", "waiting")
_PER_FOLDER = 91


class Query(msgspec.Struct, frozen=True):
    """One question: its kind, the query text of search_notes, and the same for plain FTS5 (empty where it has no such thing)."""

    kind: str
    text: str
    fts: str = ""


def vocabulary() -> list[str]:
    """Words by rank, each once; frequent ones are short."""
    source = random.Random(7)
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        length = 1 if len(found) < 40 else 2 if len(found) < 2000 else source.choice((2, 3, 3, 4))
        found[
            "".join(source.choice(_ONSETS) + source.choice(_VOWELS) + source.choice(_CODAS) for _ in range(length))
        ] = None
    return list(found)


class Corpus:
    """`count` notes, made one at a time: `note(number)` gives the path and the text."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.words = vocabulary()
        self._weights = list(itertools.accumulate(1 / (rank + 2.7) ** 1.07 for rank in range(VOCABULARY)))
        self.tags = [
            f"{self.words[400 + 3 * n]}/{self.words[900 + n]}" if n % 3 == 0 else self.words[400 + n]
            for n in range(300)
        ]

    def _pick(self, source: random.Random, count: int) -> list[str]:
        total = self._weights[-1]
        words, weights = self.words, self._weights
        return [words[bisect.bisect_left(weights, source.random() * total)] for _ in range(count)]

    def title(self, number: int) -> str:
        """The title of a note: two or three words and its number, so that it is the only one."""
        source = random.Random(number * 3 + 1)
        return " ".join([*(self.words[source.randrange(60, 6000)] for _ in range(2)), str(number)]).capitalize()

    def path(self, number: int) -> str:
        """Where the note lies: folders of about ninety, in forty areas."""
        folder = number // _PER_FOLDER
        return f"area {folder % 40:02}/topic {folder:04}/{self.title(number)}.md"

    def note(self, number: int) -> tuple[str, str]:
        """The path and the text of one note: about 1 KiB, of a spread as in a vault that people keep."""
        source = random.Random(number)
        length = min(int(source.lognormvariate(4.75, 0.7)) + 10, 3000)
        body = self._pick(source, length)
        tags = [self.tags[min(int(source.expovariate(0.03)), 299)] for _ in range(source.choice((0, 1, 2, 2, 3)))]
        lines = [
            "---",
            f"created: 2026-{source.randrange(1, 13):02}-{source.randrange(1, 29):02}",
            f"status: {source.choice(_STATUS)}",
        ]
        if tags:
            lines.append(f"tags: [{', '.join(tags)}]")
        if source.random() < 0.1:
            lines.append(f"aliases: [{self.title(number + 500_000)}]")
        lines += ["---", f"# {self.title(number)}", ""]
        at = 0
        while at < length:
            step = source.randrange(8, 18)
            line = " ".join(body[at : at + step])
            at += step
            kind = source.random()
            if kind < 0.12:
                line = f"- {line} [[{self.title(source.randrange(self.count))}]]"
            elif kind < 0.16:
                line = f"\n## {line[:40]}\n"
            elif kind < 0.18:
                line = f"{line} #{self.tags[min(int(source.expovariate(0.03)), 299)]}"
            elif kind < 0.19:
                line = f"```\n{line}\n```"
            lines.append(line)
        return self.path(number), "\n".join(lines) + "\n"

    def write(self, folder: Path) -> Path:
        """The vault on disk; made once."""
        if (folder / ".obsidian").is_dir():
            return folder
        made: set[Path] = set()
        for number in range(self.count):
            path, text = self.note(number)
            file = folder / path
            if file.parent not in made:
                file.parent.mkdir(parents=True, exist_ok=True)
                made.add(file.parent)
            file.write_bytes(text.encode())
        (folder / ".obsidian").mkdir(parents=True)
        (folder / ".obsidian" / "app.json").write_text("{}")
        return folder

    def queries(self, count: int = 200) -> list[Query]:
        """The fixed mix: 40 % one word, 30 % two, 10 % a phrase, 10 % a prefix of four letters or more, 5 % a tag, 5 % a property."""
        source = random.Random(99)
        kinds = ["word"] * 8 + ["two"] * 6 + ["phrase"] * 2 + ["prefix"] * 2 + ["tag", "property"]
        found = [self._query(source, kinds[number % len(kinds)]) for number in range(count)]
        source.shuffle(found)
        return found

    def _query(self, source: random.Random, kind: str) -> Query:
        one, two = (self.words[source.randrange(*MIDDLE)] for _ in range(2))
        if kind == "word":
            return Query(kind, one, one)
        if kind == "two":
            return Query(kind, f"{one} {two}", f"{one} AND {two}")
        if kind == "phrase":
            body = self._pick(random.Random(source.randrange(self.count)), 2)
            while min(self.words.index(word) for word in body) < EVERYWHERE:
                body = self._pick(source, 2)
            return Query(kind, f'"{" ".join(body)}"', f'"{" ".join(body)}"')
        if kind == "prefix":
            while len(one) < 5:
                one = self.words[source.randrange(*MIDDLE)]
            start = one[: source.choice((4, 4, 5))]
            return Query(kind, f"{start}*", f"{start}*")
        if kind == "tag":
            return Query(kind, f"tag:{self.tags[source.randrange(20, 200)]}")
        return Query(kind, f"property:created=2026-{source.randrange(1, 13):02}-{source.randrange(1, 29):02}")
