"""Class maps as FITS files."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.table import Table

from cubeclust.classes.classification import Classification
from cubeclust.classes.spectra import STATISTICS, ClassSpectra
from cubeclust.classes.table import ClassRow
from cubeclust.io.celestial import cd_header
from cubeclust.io.map_hdus import Provenance, flag_hdu, image_hdu, primary_hdu
from cubeclust.quality import MEANING

CLASS_COLUMNS = {  # field of ClassRow -> column name, unit
    "number": ("CLASS", ""),
    "n_spaxels": ("N_SPAXELS", ""),
    "area": ("AREA", "arcsec2"),
    "ra": ("RA", "deg"),
    "dec": ("DEC", "deg"),
    "mean_max_posterior": ("MEAN_MAXPROB", ""),
    "mean_snr": ("MEAN_SNR", ""),
    "color": ("COLOR", ""),
    "name": ("NAME", ""),
    "parent": ("PARENT", ""),
    "velocity": ("VELOCITY", "km/s"),
    "velocity_dispersion": ("VELDISP", "km/s"),
    "sigma": ("SIGMA", "km/s"),
}
REST = "SOURCE"  # SPECSYS of wavelengths at rest


def write_class_map(path: Path, classification: Classification, provenance: Provenance) -> None:
    """Write an empty primary, the images CLASSMAP, QUALITY, MAXPROB and WHITELIGHT and the three tables.

    Where spectra were brought to rest VELOCITY, c z, follows the other images, and the primary has ZSYS, the redshift
    that the velocities of CLASSES are about.
    """
    class_map, spectra, light = classification.class_map, classification.spectra, classification.white_light
    sky = cd_header(class_map.wcs)
    hdus = [
        primary_hdu(provenance),
        image_hdu("CLASSMAP", class_map.classes, sky, "class, 0 = unclassified"),
        flag_hdu("QUALITY", class_map.quality, sky, "bits that say why a spaxel has no class", MEANING),
        image_hdu("MAXPROB", class_map.max_posterior, sky, "largest posterior p(class|spectrum)"),
        image_hdu("WHITELIGHT", light.image, sky, "mean flux over the channels read", light.unit),
    ]
    if class_map.motion is not None:
        hdus[0].header["ZSYS"] = (class_map.motion.systemic, "systemic redshift, z = v / c")
        velocity = class_map.motion.cz.astype(np.float32)
        hdus.append(image_hdu("VELOCITY", velocity, sky, "velocity v = c z that was corrected for", "km/s"))
        hdus[-1].header.add_comment("c z, not about ZSYS; VELOCITY in CLASSES and of `cubeclust redshift` is.")
    tables = {
        "CLASSES": _with_zero_point(fits.table_to_hdu(_class_table(classification.rows))),
        "SPECTRA": _with_unit(fits.table_to_hdu(_spectra_table(spectra)), spectra.unit),
        "WAVELENGTH": fits.table_to_hdu(_wavelength_table(spectra)),
    }
    for name, hdu in tables.items():
        hdu.name = name
    fits.HDUList([*hdus, *tables.values()]).writeto(path, checksum=True)


def _class_table(rows: list[ClassRow]) -> Table:
    table = Table(rows=[list(asdict(row).values()) for row in rows], names=[n for n, _ in CLASS_COLUMNS.values()])
    for name, unit in CLASS_COLUMNS.values():
        table[name].unit = unit or None
    return table


def _with_zero_point(hdu: fits.BinTableHDU) -> fits.BinTableHDU:
    """State what the velocities of the classes are about."""
    card = f"TTYPE{hdu.columns.names.index('VELOCITY') + 1}"
    hdu.header.comments[card] = "median of c (z - ZSYS) / (1 + ZSYS)"
    return hdu


def _spectra_table(spectra: ClassSpectra) -> Table:
    table = Table({"CLASS": np.arange(1, len(spectra.mean) + 1, dtype=np.int16)})
    for name in STATISTICS:
        table[name.upper()] = getattr(spectra, name)
    return table


def _with_unit(hdu: fits.BinTableHDU, unit: str) -> fits.BinTableHDU:
    """Give the cube's unit, as the cube spells it, to the columns of spectra."""
    for name in STATISTICS if unit else ():
        hdu.columns[name.upper()].unit = unit
    return hdu


def _wavelength_table(spectra: ClassSpectra) -> Table:
    table = Table({"WAVELENGTH": spectra.wavelength})
    table["WAVELENGTH"].unit = "Angstrom"
    table.meta["MEDIUM"] = spectra.medium
    if spectra.rest:
        table.meta["SPECSYS"] = (REST, "rest frame of the source")  # FITS standard 4.0, section 8.4.1
    return table
