"""What a change to a client's file would be, found out without making it: pure functions of the file, our record, our wish.

A document that we do not fully understand is refused here, so nothing else has to ask.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Literal

import msgspec

from app.clients import documents
from app.clients.adopting.moving import Moving
from app.clients.configfile import Snapshot, digest, text_of
from app.clients.entries import arguments_of
from app.clients.jsonc import JsoncError
from app.clients.ownership import Place, Record, Written
from app.clients.splice import SpliceError, Trace
from app.clients.targets import Installation, Target
from app.core.errors import ClientConfigError

What = Literal["connect", "disconnect", "restore", "adopt", "return"]
NAME = re.compile(r"[a-z0-9-]{1,30}")


class Wish(msgspec.Struct, frozen=True):
    """What is to be done to one file: which servers to connect (none named: all that are on), or which backup to restore.

    For `adopt` and `return` `servers` are keys of the file, and `seen` says by key what the user was shown of an entry.
    """

    what: What
    servers: tuple[str, ...] = ()
    backup: str = ""
    seen: dict[str, str] = {}


class Change(msgspec.Struct, frozen=True):
    """One planned change. `after` None: the file goes away. `entries`: ours in the file afterwards, by key.

    `before_ours`: whether entries of ours stood there before, so that the old bytes are not what a disconnect goes back to.
    `gone`: keys taken out; `returned`: keys whose own entries came back; `left`: keys that could not be given back.
    `moving`: entries that go behind the door first. `notes`: what the user should know.
    """

    what: What
    target: Target
    snapshot: Snapshot
    after: bytes | None
    entries: dict[str, Written]
    before_ours: bool = False
    gone: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    moving: tuple[Moving, ...] = ()

    @property
    def changes(self) -> bool:
        return (self.after is None) == self.snapshot.exists or (
            self.after is not None and self.after != self.snapshot.content
        )


def entries_of(target: Target, snapshot: Snapshot) -> dict[str, Any]:
    """Key → value of every server in the file. Raises ClientConfigError where it is no configuration of that client."""
    if not snapshot.exists:
        return {}
    try:
        return documents.members(text_in(target, snapshot)[1], target.client.section, target.client.dialect)
    except (JsoncError, SpliceError) as error:
        raise refused(target, error) from None


def section_stands(target: Target, snapshot: Snapshot) -> bool:
    """Whether the file has the object that holds servers, be it empty. Raises ClientConfigError."""
    if not snapshot.exists:
        return False
    try:
        return documents.stands(text_in(target, snapshot)[1], target.client.section, target.client.dialect)
    except (JsoncError, SpliceError) as error:
        raise refused(target, error) from None


def text_in(target: Target, snapshot: Snapshot) -> tuple[str, str]:
    """The byte-order mark and the text. Raises ClientConfigError where there is nothing in it that could be changed."""
    mark, text = text_of(snapshot)
    if not text.strip() and target.client.dialect != "toml":
        raise ClientConfigError(
            f"{snapshot.path} is empty, which is not JSON.",
            "Nothing was written.",
            "Restore a backup of it, or delete the file and connect again.",
        )
    return mark, text


def plan_connect(
    target: Target, installation: Installation, record: Record, snapshot: Snapshot, servers: tuple[str, ...]
) -> Change:
    """Each server's entry added, or brought up to date where it is ours already. Raises ClientConfigError."""
    mark, text = text_in(target, snapshot) if snapshot.exists else ("", documents.FRESH[target.client.dialect])
    place = record.places.get(snapshot.real, Place())
    notes = _about(target, mark)
    if target.client.reload:
        notes.append(target.client.reload)
    entries: dict[str, Written] = {}
    here = entries_of(target, snapshot)
    _refuse_doubles(target, text, servers)
    before_ours = any(record.owns(value, installation.bridge) for value in here.values())
    for server in servers:
        key = _key_for(server, here, record, place, installation, target)
        if key != server and server in here and not record.owns(here[server], installation.bridge):
            notes.append(
                f'The entry "{server}" belongs to another program and stays as it is; ours is "{key}". Calls to the other '
                f"one do not pass Doorkeep: adopt it (doorkeep clients adopt {target.client.id} {server}), or remove it in "
                "the client's settings, to close that way."
            )
        found = here.get(key)
        wanted = {**(found if isinstance(found, dict) else {}), **installation.entry(server, target.client.shape)}
        known = place.entries.get(key)
        trace = known.trace if known else Trace()
        if found != wanted:
            text, made = _put(target, text, key, wanted)
            trace = trace if found is not None else made
            here[key] = wanted
        entries[key] = Written(server, wanted, trace)
    after = (mark + text).encode()
    for key, written in place.entries.items():
        if key in here and here[key] == written.entry:
            entries.setdefault(key, written)
    return Change("connect", target, snapshot, after, entries, before_ours, notes=tuple(notes))


def plan_disconnect(
    target: Target,
    installation: Installation,
    record: Record,
    snapshot: Snapshot,
    original: bytes | None,
    back: Mapping[str, str] | None = None,
    left: Collection[str] = (),
) -> Change:
    """Our entries taken out. `original`: the bytes from before our first write, which come back where nobody wrote since.

    `back`: the text of each adopted entry, which comes back in the place of ours; `left`: adopted ones that cannot be given
    back now, so that ours stay. Raises ClientConfigError where the file is no configuration of that client.
    """
    place = record.places.get(snapshot.real)
    here = entries_of(target, snapshot)
    ours = tuple(key for key, value in here.items() if record.owns(value, installation.bridge) and key not in left)
    returned = tuple(key for key in ours if back and key in back)
    gone = tuple(key for key in ours if key not in returned)
    untouched = place is not None and snapshot.exists and place.digest == snapshot.digest
    if place is not None and untouched and place.before == "":
        return Change("disconnect", target, snapshot, None, {}, gone=gone)
    if untouched and original is not None and not left:
        return Change("disconnect", target, snapshot, original, {}, gone=gone, returned=returned)
    kept = {key: written for key, written in place.entries.items() if key in left} if place else {}
    if not snapshot.exists or not ours:
        unchanged = snapshot.content if snapshot.exists else None
        return Change("disconnect", target, snapshot, unchanged, kept, before_ours=True, left=tuple(left))
    mark, text = text_in(target, snapshot)
    for key in reversed(ours):  # each was written after the one before it, and its trace tells of that moment
        known = place.entries.get(key) if place else None
        if back and key in back:
            text = exchanged(target, text, key, back[key])
        else:
            text = _take(target, text, key, known.trace if known else Trace())
    after = (mark + text).encode()
    return Change(
        "disconnect", target, snapshot, after, kept, bool(left), gone=gone, returned=returned, left=tuple(left)
    )


def plan_restore(
    target: Target, installation: Installation, record: Record, snapshot: Snapshot, content: bytes
) -> Change:
    """The bytes of a backup put back whole. Entries of ours that they hold stay ours."""
    entries: dict[str, Written] = {}
    notes: list[str] = []
    restored = Snapshot(snapshot.path, snapshot.real, True, content, snapshot.mode)
    try:
        for key, value in entries_of(target, restored).items():
            if record.owns(value, installation.bridge):
                args = arguments_of(value)
                entries[key] = Written(args[-1] if args else key, value)
    except ClientConfigError as error:
        notes.append(f"The restored file is not a configuration the client can read: {error.title}")
    return Change("restore", target, snapshot, content, entries, before_ours=True, notes=tuple(notes))


def _key_for(
    server: str, here: dict[str, Any], record: Record, place: Place, installation: Installation, target: Target
) -> str:
    """Where our entry stands or may stand: its own name, else `doorkeep-NAME` where somebody else holds that."""
    wanted = (server, f"doorkeep-{server}")
    recorded = tuple(key for key, written in place.entries.items() if written.server == server)
    for key in (*recorded, *wanted):
        if key in here and record.owns(here[key], installation.bridge) and not _serves_another(server, here[key]):
            return key
    for key in (*recorded, *wanted):  # one that was wiped comes back under the key that it had
        if key not in here and (key in recorded or NAME.fullmatch(key)):
            return key
    raise ClientConfigError(
        f'Both "{wanted[0]}" and "{wanted[1]}" in {target.path} belong to other programs.',
        "Nothing was written.",
        "Remove or rename one of them in the client's settings.",
    )


def _serves_another(server: str, entry: Any) -> bool:
    """An adopted entry keeps its key, whatever its server is called: `filesystem` may be that of another program."""
    last = arguments_of(entry)[-1:]
    return last != [server] and NAME.fullmatch(last[0] if last else "") is not None


def _refuse_doubles(target: Target, text: str, servers: tuple[str, ...]) -> None:
    """A name that we might take, standing twice: whichever we looked at, the client may look at the other."""
    doubled = documents.twice(text, target.client.section, target.client.dialect)
    for server in servers:
        for key in (server, f"doorkeep-{server}"):
            if key in doubled:
                raise refused(target, SpliceError(f'the key "{key}" stands there twice'))


def _put(target: Target, text: str, key: str, value: dict[str, Any]) -> tuple[str, Trace]:
    section, dialect = target.client.section, target.client.dialect
    try:
        after, trace = documents.put(text, section, key, value, dialect)
        kept = documents.same_elsewhere(text, after, section, key, dialect)
        right = documents.members(after, section, dialect).get(key) == value
    except (JsoncError, SpliceError) as error:
        raise refused(target, error) from None
    if not (kept and right):
        raise refused(target, ValueError("the change would touch more than our entry"))
    return after, trace


def exchanged(target: Target, text: str, key: str, new: str | dict[str, Any]) -> str:
    """`text` with another text, or value, in the place of that entry, and nothing else changed. Raises ClientConfigError."""
    section, dialect = target.client.section, target.client.dialect
    try:
        after, _ = documents.exchange(text, section, key, new, dialect)
        kept = documents.same_elsewhere(text, after, section, key, dialect)
        right = key in documents.members(after, section, dialect)
    except (JsoncError, SpliceError) as error:
        raise refused(target, error) from None
    if not (kept and right):
        raise refused(target, ValueError("the change would touch more than that entry"))
    return after


def _take(target: Target, text: str, key: str, trace: Trace) -> str:
    section, dialect = target.client.section, target.client.dialect
    try:
        after = documents.take(text, section, key, dialect, trace)
        kept = documents.same_elsewhere(text, after, section, key, dialect)
        right = key not in documents.members(after, section, dialect)
    except (JsoncError, SpliceError) as error:
        raise refused(target, error) from None
    if not (kept and right):
        raise refused(target, ValueError("the change would touch more than our entry"))
    return after


def _about(target: Target, mark: str) -> list[str]:
    notes = [target.note] if target.note else []
    if mark:
        notes.append(
            f"{target.path} begins with a byte-order mark, which {target.client.title} is reported not to read; it was "
            "left as it is. Save the file without it (UTF-8, no BOM) if the client complains."
        )
    return notes


def refused(target: Target, error: ValueError) -> ClientConfigError:
    """The words for a document that is not what a change needs."""
    return ClientConfigError(
        f"{target.path} is not a configuration that can be changed safely: {error}.",
        "Nothing was written, and nothing is repaired by guessing.",
        f"Correct it in an editor, or restore a backup (doorkeep clients backups {target.client.id}), then try again.",
    )


def left_as(change: Change) -> str:
    """SHA-256 of the file after the change, "" where it goes away."""
    return "" if change.after is None else digest(change.after)
