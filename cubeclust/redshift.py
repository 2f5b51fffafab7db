"""Stand-in for the measurement of velocities."""

from cubeclust.errors import InputError
from cubeclust.progress import Progress
from cubeclust.redshift_settings import RedshiftSettings
from cubeclust.velocity_field import VelocityField


def estimate(settings: RedshiftSettings, progress: Progress) -> VelocityField:
    """Velocities of the spaxels of a cube."""
    raise InputError(f"{settings.cube}: velocities cannot be measured yet; give --redshift FILE.")
