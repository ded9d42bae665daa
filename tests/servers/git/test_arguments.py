"""No result is larger than the call and the policy allow."""

from __future__ import annotations

import pytest

from servers.git.arguments import bound
from servers.runtime.call import Call


@pytest.mark.parametrize(("asked", "policy", "least"), [(100, 40_000, 100), (90_000, 40_000, 40_000)])
def test_the_smaller_bound_holds(asked: int, policy: int, least: int, call: Call) -> None:
    call.max_chars = policy
    assert bound(call, asked) == least
