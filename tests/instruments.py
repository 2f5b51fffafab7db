"""A cube in the published form of each layout, with a known answer."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from astropy.io import fits

SHAPE = (40, 6, 7)  # n_wave, NY, NX
SKY = {
    "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CUNIT1": "deg", "CUNIT2": "deg", "CRVAL1": 40.66963,
    "CRVAL2": -0.01329, "CRPIX1": 4.0, "CRPIX2": 3.5, "CD1_1": -0.5 / 3600, "CD1_2": 0.0, "CD2_1": 0.0,
    "CD2_2": 0.5 / 3600,
}  # fmt: skip
SKY_BY_STEPS = {key: value for key, value in SKY.items() if not key.startswith("CD")}
SKY_BY_STEPS |= {"CDELT1": -0.5 / 3600, "CDELT2": 0.5 / 3600, "PC1_1": 1.0, "PC2_2": 1.0}
PLANES = np.arange(SHAPE[0])


@dataclass(frozen=True)
class Made:
    """A cube and the truth about it.

    wavelength in Angstrom; variance NaN where unknown, None without one; rejected (n_wave, NY, NX) and masked
    (NY, NX) bool; lists names the HDUs that repeat the wavelengths.
    """

    hdus: list[fits.hdu.base._BaseHDU]
    wavelength: np.ndarray
    medium: str
    flux: str
    variance: np.ndarray | None
    rejected: np.ndarray
    masked: np.ndarray
    lists: tuple[str, ...] = ()

    def hdu(self, name: str) -> fits.hdu.base._BaseHDU:
        """The HDU under cubeclust's name for it."""
        return self.hdus[0] if name == "HDU0" else next(hdu for hdu in self.hdus if hdu.name == name)


def _noise() -> tuple[np.ndarray, np.ndarray]:
    """Flux and variance of one cube, the same for all instruments."""
    random = np.random.default_rng(3)
    variance = random.uniform(0.5, 2.0, SHAPE).astype(np.float32)
    return (50 + np.sqrt(variance) * random.standard_normal(SHAPE)).astype(np.float32), variance


def _no_flags() -> np.ndarray:
    return np.zeros(SHAPE, bool)


def _no_mask() -> np.ndarray:
    return np.zeros(SHAPE[1:], bool)


def _image(values: np.ndarray, name: str, **cards: object) -> fits.ImageHDU:
    return fits.ImageHDU(values, fits.Header(cards), name=name)


def _primary(values: np.ndarray | None = None, **cards: object) -> fits.PrimaryHDU:
    return fits.PrimaryHDU(values, fits.Header({"OBJECT": "Test sky"} | cards))


def _flags(dtype: type, *bits: int) -> tuple[np.ndarray, Callable[[int], np.ndarray]]:
    """Flags with one sample for each of bits, and a function: where a bit is set."""
    flags = np.zeros(SHAPE, dtype)
    for number, bit in enumerate(bits):
        flags[5, 1, number] = bit
    return flags, lambda bit: (flags.astype(np.int64) & bit) != 0


def muse() -> Made:
    flux, variance = _noise()
    axis = SKY | {"CTYPE3": "AWAV", "CUNIT3": "Angstrom", "CRVAL3": 4749.9, "CRPIX3": 1.0, "CD3_3": 1.25}
    flags, has = _flags(np.int32, 1, 1 << 5)
    hdus = [_primary(INSTRUME="MUSE"), _image(flux, "DATA", **axis), _image(variance, "STAT", **axis)]
    return Made(
        [*hdus, _image(flags, "DQ", **axis)], 4749.9 + 1.25 * PLANES, "air", "DATA", variance, has(33), _no_mask()
    )


def manga() -> Made:
    """DR17 LOGCUBE: Law et al. 2016; wavelengths 10^(3.55887 + 1e-4 i), vacuum."""
    flux, variance = _noise()
    start = 3621.59598486
    wavelength = start * 10 ** (1e-4 * PLANES)
    axis = {"CTYPE3": "WAVE-LOG", "CUNIT3": "Angstrom", "CRVAL3": start, "CRPIX3": 1.0}
    axis = SKY | axis | {"CD3_3": start * np.log(10) * 1e-4, "BUNIT": "1E-17 erg/s/cm^2/Ang/spaxel"}
    flags, has = _flags(np.int32, 1, 2, 4, 8, 1024, 3 | 1024)  # NOCOV LOWCOV DEADFIBER FORESTAR DONOTUSE
    ivar = 1 / variance
    ivar[7, 2, 2] = 0
    variance = np.where(ivar > 0, variance, np.nan)
    hdus = [
        _primary(INSTRUME="MaNGA", TELESCOP="SDSS 2.5-M", PLATEIFU="7443-12703"), _image(flux, "FLUX", **axis),
        _image(ivar, "IVAR"), _image(flags, "MASK"), _image(np.ones(SHAPE, np.float32), "LSFPOST"),
        _image(wavelength, "WAVE"), _image(np.full(SHAPE[0], 2000.0), "SPECRES"),
        _image(np.ones(SHAPE[1:], np.float32), "GIMG"),
    ]  # fmt: skip
    return Made(hdus, wavelength, "vacuum", "FLUX", variance, has(8 | 1024), _no_mask(), ("WAVE",))


def _jwst(instrument: str, wavelength: np.ndarray, axis: dict[str, object]) -> Made:
    """s3d of cube_build; wavelength in um."""
    flux, variance = _noise()
    flags, has = _flags(np.uint32, 1, 513, 512, 4, 1 << 30)  # DO_NOT_USE, NON_SCIENCE, both; JUMP_DET, informative
    flux[has(1)] = np.nan
    column = fits.Column("wavelength", f"{SHAPE[0]}E", dim=f"(1,{SHAPE[0]})", array=wavelength[None, :, None])
    axis = SKY_BY_STEPS | {"CTYPE3": "WAVE", "CUNIT3": "um", "CRPIX3": 1.0, "PC3_3": 1.0, "BUNIT": "MJy/sr"} | axis
    hdus = [
        _primary(TELESCOP="JWST", INSTRUME=instrument), _image(flux, "SCI", **axis),
        _image(np.sqrt(variance), "ERR", BUNIT="MJy/sr"), _image(flags, "DQ"),
        _image(np.ones(SHAPE, np.float32), "WMAP"), fits.BinTableHDU.from_columns([column], name="WCS-TABLE"),
    ]  # fmt: skip
    return Made(hdus, 1e4 * wavelength, "vacuum", "SCI", variance, has(513), _no_mask(), ("WCS-TABLE",))


def nirspec() -> Made:
    return _jwst("NIRSPEC", 2.870125 + 0.000396 * PLANES, {"CRVAL3": 2.870125, "CDELT3": 0.000396})


def miri() -> Made:
    """Channels with steps of their own: a table, no step in the header."""
    steps = np.where(PLANES < 20, 0.0008, 0.0013)
    wavelength = (4.9004 + np.cumsum(steps)).astype(np.float32)
    tabled = {"CTYPE3": "WAVE-TAB", "CRVAL3": 1.0, "PS3_0": "WCS-TABLE", "PS3_1": "wavelength"}
    return _jwst("MIRI", wavelength, tabled)


def _kcwi_axis() -> dict[str, object]:
    return SKY | {"CTYPE3": "AWAV", "CUNIT3": "Angstrom", "CRVAL3": 3530.0, "CRPIX3": 1.0, "CD3_3": 0.5,
                  "INSTRUME": "KCWI", "BUNIT": "1e+16 erg / (Angstrom cm2 s)"}  # fmt: skip


def kcwi() -> Made:
    """FLAGS marks a mended cosmic ray (4), which stays in."""
    flux, variance = _noise()
    mask, has = _flags(np.uint8, 1, 128)
    flags, _ = _flags(np.uint8, 0, 0, 4)
    hdus = [
        _primary(flux, **_kcwi_axis()), _image(mask, "MASK"),
        _image(np.sqrt(variance), "UNCERT", UTYPE="StdDevUncertainty"), _image(flags, "FLAGS"),
    ]  # fmt: skip
    return Made(hdus, 3530.0 + 0.5 * PLANES, "air", "HDU0", variance, has(129), _no_mask())


def kcwi_idl() -> Made:
    flux, _ = _noise()
    hdus = [_primary(flux, **_kcwi_axis())]
    return Made(hdus, 3530.0 + 0.5 * PLANES, "air", "HDU0", None, _no_flags(), _no_mask())


def sami() -> Made:
    """Blue cube of DR3: the reference channel is in the middle, VARIANCE has no axis of its own."""
    flux, variance = _noise()
    variance[3, 2, 1] = np.nan
    axis = {"CTYPE3": "AWAV", "CUNIT3": "Angstrom", "CRVAL3": 4724.2, "CRPIX3": 21.0, "CDELT3": 1.05, "PC3_3": 1.0}
    table = fits.BinTableHDU.from_columns([fits.Column("filename", "4A", array=["a"])], name="QC")
    hdus = [
        _primary(flux, INSTRUME="AAOMEGA-SAMI", **SKY_BY_STEPS, **axis), _image(variance, "VARIANCE"),
        _image(np.ones(SHAPE, np.float32), "WEIGHT"), _image(np.ones((2, 5, 5, 6, 7), np.float32), "COVAR"), table,
    ]  # fmt: skip
    return Made(hdus, 4724.2 + 1.05 * (PLANES - 20), "air", "HDU0", variance, _no_flags(), _no_mask())


def _gemini(second: str, values: np.ndarray, **cards: object) -> Made:
    """Cubes of gfcube and nifcube: CTYPE3 = LINEAR, no unit, Angstrom."""
    flux, variance = _noise()
    axis = SKY | {"CTYPE3": "LINEAR", "CRVAL3": 5627.89, "CRPIX3": 1.0, "CD3_3": 0.678294}
    flags, has = _flags(np.uint16, 1, 8)
    hdus = [_primary(**cards), _image(flux, "SCI", **axis), _image(values, second, **axis), _image(flags, "DQ")]
    return Made(hdus, 5627.89 + 0.678294 * PLANES, "unknown", "SCI", variance, has(9), _no_mask())


def gmos() -> Made:
    return _gemini("VAR", _noise()[1], INSTRUME="GMOS-N")


def sci_var() -> Made:
    return _gemini("VAR", _noise()[1], INSTRUME="NIFS")


def sci_err() -> Made:
    """With a mask of spaxels, as the cube of NGC 3081 has it."""
    made = _gemini("ERR", np.sqrt(_noise()[1]))
    made.masked[2, 3] = True
    made.hdus.append(_image(made.masked.astype(np.int64), "MASK"))
    return made


def unnamed() -> Made:
    """SINFONI: one image, in micrometers."""
    flux, _ = _noise()
    axis = {"CTYPE3": "WAVE", "CUNIT3": "MICRON", "CRVAL3": 2.2, "CRPIX3": 20.0, "CDELT3": 0.000245}
    hdus = [_primary(flux, INSTRUME="SINFONI", **SKY_BY_STEPS, **axis)]
    return Made(hdus, 22000 + 2.45 * (PLANES - 19), "vacuum", "HDU0", None, _no_flags(), _no_mask())


def other() -> Made:
    """PypeIt-like: inverse variance, and flags under a name that says so."""
    flux, variance = _noise()
    axis = SKY | {"CTYPE3": "WAVE", "CUNIT3": "m", "CRVAL3": 5e-7, "CRPIX3": 1.0, "CD3_3": 1e-10}
    flags, has = _flags(np.int32, 1, 2)
    hdus = [_primary(), _image(1 / variance, "IVAR"), _image(flux, "FLUX", **axis), _image(flags, "DQ")]
    return Made(hdus, 5000.0 + PLANES, "vacuum", "FLUX", variance, has(3), _no_mask())


BUILDERS: dict[str, Callable[[], Made]] = {
    "MUSE": muse, "MaNGA": manga, "NIRSpec s3d": nirspec, "MIRI s3d": miri, "KCWI": kcwi, "KCWI (IDL)": kcwi_idl,
    "SAMI": sami, "GMOS": gmos, "SCI/ERR": sci_err, "SCI/VAR": sci_var, "unnamed": unnamed, "other": other,
}  # fmt: skip
