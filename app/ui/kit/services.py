"""What every page is given. A page reaches the world through this and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from app.ui.kit.background import Background
    from app.ui.kit.gateway import GatewayLink
    from app.ui.kit.messages import Messages
    from app.ui.kit.theme import Theme


class Services(NamedTuple):
    """`go` switches the page: `go("activity", {"filter": "decision:denied"})`."""

    home: str
    link: GatewayLink
    background: Background
    messages: Messages
    theme: Theme
    go: Callable[[str, dict[str, Any]], None]
