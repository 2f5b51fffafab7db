import numpy as np
from made_lines import WAVELENGTH, Z

from cubeclust.kinematics.line_windows import LinesInRange
from cubeclust.spectroscopy.lines import EMISSION


def test_lines_that_overlap_share_a_window() -> None:
    lines = LinesInRange.of(EMISSION, "air", WAVELENGTH, Z, 500.0)
    assert lines.names == ("[NII]6548", "Halpha", "[NII]6583", "[SII]6716", "[SII]6731")
    assert [window.lines for window in lines.windows] == [(0, 1, 2), (3, 4)]
    # 1000 km/s on either side of the outermost lines, in channels of 1.25 Angstrom
    lengths = [
        ((6583.45 - 6548.05) + (6583.45 + 6548.05) / 299.792458) * (1 + Z) / 1.25,
        ((6730.82 - 6716.44) + (6730.82 + 6716.44) / 299.792458) * (1 + Z) / 1.25,
    ]
    np.testing.assert_allclose([window.n_channels for window in lines.windows], lengths, atol=1)


def test_a_line_that_the_search_may_move_out_is_not_in_range() -> None:
    """[SII]6731 lies at 6798.1; the axis ends at 6898.75, 4440 km/s further."""
    for search, there in ((3000.0, True), (3900.0, True), (3990.0, False)):
        assert ("[SII]6731" in LinesInRange.of(EMISSION, "air", WAVELENGTH, Z, search).names) is there


def test_no_line_in_range() -> None:
    lines = LinesInRange.of(EMISSION, "air", np.linspace(5300, 5500, 160), 0.0, 500.0)
    assert len(lines) == 0
    assert lines.windows == ()


def test_vacuum_has_wavelengths_of_its_own() -> None:
    """The index of refraction of air at 6600 Angstrom is 1.000276."""
    air, vacuum = (LinesInRange.of(EMISSION, medium, WAVELENGTH, Z, 500.0).rest for medium in ("air", "vacuum"))
    np.testing.assert_allclose(vacuum / air - 1, 2.76e-4, atol=2e-6)
