"""Public names, as editors and type checkers see them and as `__init__.py` imports them when they are first used."""

from .class_map import ClassMap as ClassMap
from .clustering import Clustering as Clustering
from .cube import Cube as Cube
from .errors import InputError as InputError
from .io.cubes.cube_file import open_cube as open_cube
from .io.cubes.read import read_cube as read_cube
from .io.cubes.sample import sample_cube as sample_cube
from .methods import METHODS as METHODS
from .pipelines.apply import apply_settings as apply_settings
from .pipelines.info import Description as Description
from .pipelines.info import describe as describe
from .pipelines.merge import merge as merge
from .pipelines.plot import redraw as redraw
from .pipelines.redshift.pipeline import measure_redshifts as measure_redshifts
from .pipelines.redshift.settings import RedshiftSettings as RedshiftSettings
from .pipelines.run.forecast import Forecast as Forecast
from .pipelines.run.forecast import forecast as forecast
from .pipelines.run.pipeline import Run as Run
from .pipelines.run.pipeline import run as run
from .pipelines.run.settings import RunSettings as RunSettings
from .pipelines.select.pipeline import select as select
from .pipelines.select.settings import ScanSettings as ScanSettings
from .pipelines.simulate import SimulationSettings as SimulationSettings
from .pipelines.simulate import simulate as simulate
from .pipelines.sources import CubeSource as CubeSource
from .quality import Quality as Quality
from .spectra import Spectra as Spectra
from .spectroscopy.windows import Window as Window
from .velocities.field import VelocityField as VelocityField

__version__: str
