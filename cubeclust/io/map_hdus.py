"""HDUs of maps: where the map comes from, what an image holds, what its bits mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntFlag
from typing import TypeVar

import numpy as np
from astropy.io import fits

from cubeclust import __version__

Flag = TypeVar("Flag", bound=IntFlag)
SOFTWARE = f"cubeclust {__version__}"  # that made a file, as its header and HISTORY state it
_CARD = 64  # characters of a value and its comment that fit a header card


@dataclass(frozen=True)
class Provenance:
    """Where a map comes from: header cards (key -> value, comment) and lines of HISTORY."""

    cards: dict[str, tuple[str | int, str]]
    history: tuple[str, ...]

    def extended(self, cards: Mapping[str, tuple[str | int, str]], history: Iterable[str]) -> "Provenance":
        """With more cards and lines after its own."""
        return Provenance(self.cards | dict(cards), (*self.history, *history))


def primary_hdu(provenance: Provenance) -> fits.PrimaryHDU:
    """Empty primary HDU whose cards and HISTORY state where the file comes from."""
    hdu = fits.PrimaryHDU()
    for key, (value, comment) in provenance.cards.items():
        text = ascii_text(value) if isinstance(value, str) else value
        hdu.header[key] = (text, comment if len(str(text)) + len(comment) <= _CARD else "")
    for line in provenance.history:
        hdu.header.add_history(ascii_text(line))
    return hdu


def ascii_text(text: str) -> str:
    """The printable ASCII that FITS headers are limited to; other characters as escapes."""
    return "".join(c if c.isprintable() else " " for c in text).encode("ascii", "backslashreplace").decode()


def image_hdu(name: str, image: np.ndarray, sky: fits.Header, content: str, unit: str = "") -> fits.ImageHDU:
    """Image with the cards of the sky, what it holds, and its unit where it has one."""
    header = sky.copy()
    header["CONTENT"] = content
    if unit:
        header["BUNIT"] = ascii_text(unit)
    return fits.ImageHDU(image, header, name=name)


def flag_hdu(
    name: str, flags: np.ndarray, sky: fits.Header, content: str, meaning: Mapping[Flag, str]
) -> fits.ImageHDU:
    """Image of flags, with a card QBITn for each bit."""
    hdu = image_hdu(name, flags.astype(np.int32), sky, content)
    for bit, words in meaning.items():
        hdu.header[f"QBIT{bit.bit_length() - 1}"] = (bit.name, f"{bit.value}: {words}")
    return hdu
