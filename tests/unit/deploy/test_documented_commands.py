"""Whatever command the pages for operators name is known: tried with a service, or of containers."""

from tests.documented import WITH_A_SERVICE, WITH_CONTAINERS, documented_commands


def test_every_documented_command_is_listed_and_nothing_else_is() -> None:
    assert documented_commands() == WITH_A_SERVICE | WITH_CONTAINERS
