"""What every page is given."""

from app.ui.kit.services import Services


def test_going_somewhere_is_one_call(services: Services, gone) -> None:
    services.go("activity", {"filter": "x"})
    assert gone == [("activity", {"filter": "x"})]
