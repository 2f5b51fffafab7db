"""`python -m cubeclust`."""

from cubeclust.cli.main import main

main()
