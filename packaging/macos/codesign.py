"""Signing from the inside out with the hardened runtime, and Apple's word on it; without credentials a loud warning. Not yet run on macOS.

The key lies in a keychain of the system's, and so does what notarytool signs in with; neither is ever on a command line here.
"""

from __future__ import annotations

import os
import plistlib

from building import run
from macos import bundle

IDENTITY = "DOORKEEP_MACOS_IDENTITY"
"""`Developer ID Application: NAME (TEAM)`, as `security find-identity` lists it."""
PROFILE = "DOORKEEP_NOTARY_PROFILE"
"""What `notarytool store-credentials` was told to call them."""
LOUD = "!" * 100
_MACHO = {
    *(b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"),
    *(b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf"),
}
"""How a Mach-O file begins (mach-o/loader.h, mach-o/fat.h)."""


def sign(app: str, scratch: str) -> bool:
    """Sign everything in the bundle, then the bundle. False, loudly, where no identity is named: then it stays signed ad hoc.

    Raises BuildError.
    """
    identity = os.environ.get(IDENTITY)
    if not identity:
        warn(
            f"{IDENTITY} names no identity. macOS will refuse to open this app, and asks for folders and keychain after every update."
        )
        return False
    allowed = os.path.join(scratch, "entitlements.plist")
    with open(allowed, "wb") as file:
        plistlib.dump(bundle.entitlements(), file)
    for path in inside_out(app):
        program = os.path.dirname(path).endswith("/Contents/MacOS") or path == app
        run(signing(path, identity, allowed if program else ""))
    run(["codesign", "--verify", "--deep", "--strict", "--verbose=2", app])
    return True


def signing(path: str, identity: str, allowed: str = "") -> list[str]:
    """The command for one file; `allowed`: the file of entitlements, which only programs get."""
    more = ["--entitlements", allowed] if allowed else []
    return ["codesign", "--force", "--timestamp", "--options", "runtime", "--sign", identity, *more, path]


def inside_out(app: str) -> list[str]:
    """All code in the bundle, the innermost first, the bundle last: a signature covers what was signed before it."""
    found: list[str] = []
    for where, _, names in os.walk(app):
        for name in names:
            path = os.path.join(where, name)
            if not os.path.islink(path) and is_code(path):
                found.append(path)
    main = os.path.join(app, "Contents", "MacOS", bundle.EXECUTABLE)
    inner = sorted((path for path in found if path != main), key=lambda path: (-path.count(os.sep), path))
    return [*inner, app]  # signing the bundle signs its main program


def is_code(path: str) -> bool:
    """Whether a file is a program or library."""
    with open(path, "rb") as file:
        return file.read(4) in _MACHO


def notarise(path: str) -> bool:
    """Have Apple look at a signed .dmg, wait for its word and staple it on. False, loudly, where no profile is named.

    Raises BuildError with Apple's words where it refuses.
    """
    profile = os.environ.get(PROFILE)
    if not profile:
        warn(
            f"{PROFILE} names no credentials. macOS will not open {os.path.basename(path)} without its owner's consent."
        )
        return False
    run(
        ["xcrun", "notarytool", "submit", path, "--keychain-profile", profile, "--wait", "--timeout", "30m"],
        seconds=2400,
    )
    run(["xcrun", "stapler", "staple", path])
    run(["xcrun", "stapler", "validate", path])
    return True


def warn(words: str) -> None:
    """Nobody may overlook it."""
    print(f"{LOUD}\nNOT SIGNED OR NOTARISED: {words}\n{LOUD}", flush=True)
