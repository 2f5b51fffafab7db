"""Settings of a command by parts; each stage takes its own part."""

from dataclasses import dataclass, fields
from typing import Any, TypeVar

from cubeclust.runtime import memory as memory_budget
from cubeclust.settings import Bytes, Panel, setting

Part = TypeVar("Part")


def part(kind: type[Part], settings: Any) -> Part:
    """The record `kind`, whose fields are some of the settings."""
    return kind(**{field.name: getattr(settings, field.name) for field in fields(kind)})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Compute:
    """Device as asked (auto, cpu or cuda), and the memory budget in bytes, None for what is free."""

    device: str = setting(
        "auto",
        "Where to compute; auto takes a GPU if there is one.",
        panel=Panel.COMPUTATION,
        choices=("auto", "cpu", "cuda"),
    )
    memory: Bytes | None = setting(
        None,
        "Memory that may be used, such as 4GB.",
        panel=Panel.COMPUTATION,
        shown="all that is free",
        minimum=0,
    )

    @property
    def budget(self) -> int:
        """Bytes of memory that may be used."""
        return memory_budget.available() if self.memory is None else self.memory
