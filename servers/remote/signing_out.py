"""Signing out of a remote server: the sign-in leaves the keychain, and the tokens are ended where the login server offers it."""

from __future__ import annotations

import httpx2

from servers.remote import kept as keeping
from servers.remote.asking import Gateway
from servers.remote.exchange import answer_to
from servers.remote.kept import Kept
from servers.remote.told import Told, allowed


async def sign_out(told: Told, gateway: Gateway) -> tuple[bool, str]:
    """Do it; gives whether the tokens were ended there, and words for a person. Raises RefusalError."""
    async with gateway.turn(told.sign_in):
        kept = keeping.read(await gateway.secret(told.sign_in))
        await gateway.remove(told.sign_in)
    if kept is None or not (kept.access_token or kept.refresh_token):
        return False, f"There was no sign-in to {told.server}."
    if not kept.revocation_endpoint or not allowed(kept.revocation_endpoint):
        return False, (
            f"Signed out of {told.server} on this computer. Its login server offers no way to end the tokens themselves; "
            "its makers' site may."
        )
    ended = await _end(kept)
    if ended:
        return True, f"Signed out of {told.server}: its tokens are good for nothing any more."
    return False, (
        f"Signed out of {told.server} on this computer. Its login server could not be told; the tokens there end by themselves."
    )


async def _end(kept: Kept) -> bool:
    """RFC 7009 §2.2: an unknown token is answered as one that was ended."""
    ended = True
    for token, hint in ((kept.refresh_token, "refresh_token"), (kept.access_token, "access_token")):
        if token:
            try:
                status = (await answer_to(keeping.revocation(kept, token, hint))).status
                if status == 400 and not kept.client_secret:
                    status = (await answer_to(keeping.revocation(kept, token, hint, empty_secret=True))).status
                ended = status == 200 and ended
            except httpx2.TransportError:
                ended = False
    return ended
