"""What calls stand on: the policy in force, the folders made of it, and the undo store; and the process's own confinement.

Without the gateway (`trusted` False) the policy comes from the command line and never changes.
"""

from __future__ import annotations

import _thread
from typing import TYPE_CHECKING

import msgspec

from servers.runtime import wire
from servers.runtime.errors import ProtocolError

if TYPE_CHECKING:
    from servers.runtime.call import Call
    from servers.runtime.confining import Confine
    from servers.runtime.safe.access import Folders
    from servers.runtime.undo.store import UndoStore


class Ground:
    """`undo_folder` is where before-images go, or empty: then changes cannot be undone. `confine` is run once, before any thread."""

    def __init__(self, policy: wire.Policy, *, trusted: bool, undo_folder: str = "", confine: Confine) -> None:
        self.trusted = trusted
        self.generation = policy.generation
        self._policy = policy
        self._known = not trusted
        self._undo_folder = undo_folder
        self._confine: Confine | None = confine
        self._folders: Folders | None = None
        self._undo: UndoStore | None = None
        self._undo_lock = _thread.allocate_lock()

    def accept(self, params: msgspec.Raw) -> None:
        """Take over a policy of the gateway's; an older one than that in force is dropped."""
        policy = msgspec.json.decode(params, type=wire.Policy)
        if self._known and policy.generation < self.generation:
            return
        self._known = True
        self._policy = policy
        self._folders = None
        self.generation = policy.generation

    def equip(self, call: Call) -> None:
        """Give the call its folders and its way to the undo store. The first time, with one thread still, confines the process.

        Raises ProtocolError while the gateway has not said anything about folders.
        """
        folders = self._folders
        if folders is None:
            if not self._known:
                raise ProtocolError(wire.STALE_POLICY, "No policy has come yet")
            folders = self._prepare()
        call.folders = folders
        call.tokens = self._policy.tokens
        call.max_chars = self._policy.result_chars
        if self.trusted:
            call.page_chars = self._policy.result_chars
        call.undo_store = self.undo_store

    def may_read(self, path: str) -> bool:
        """Whether the policy of this moment leaves an absolute path open; for what no call asks for. From any thread."""
        folders = self._folders or self._prepare()
        return folders.grants.access(path) != "off"

    def undo_store(self) -> UndoStore | None:
        """The store, opened when it is first wanted. Raises ToolError where its folder cannot be used."""
        if self._undo is None and self._undo_folder:
            from servers.runtime.undo.store import UndoStore

            with self._undo_lock:
                self._undo = self._undo or UndoStore(self._undo_folder, self._policy.undo_megabytes * 1_000_000)
        return self._undo

    def _prepare(self) -> Folders:
        from servers.runtime.safe.access import Folders

        if self._confine is not None:
            confine, self._confine = self._confine, None
            confine(self._policy, self._undo_folder)
        self._folders = folders = Folders(self._policy.generation, self._policy.folders, asked=self.trusted)
        return folders
