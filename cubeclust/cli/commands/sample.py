"""`cubeclust sample`."""

import click


@click.command()
def sample() -> None:
    """Print the path of the real MUSE cube (Abell 478) that mpdaf carries."""
    from cubeclust.io.cubes.sample import sample_cube

    click.echo(sample_cube())
