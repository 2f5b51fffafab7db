"""The command line as tests give it, and bad input as they expect it."""

import json

from click.testing import CliRunner, Result

from cubeclust.cli.main import main


def call(*arguments: object) -> Result:
    """Result of `cubeclust` with the arguments."""
    return CliRunner().invoke(main, [*map(str, arguments)])


def record_of(*arguments: object) -> dict:
    """Record that `cubeclust run` prints, once it has succeeded."""
    result = call("run", *arguments, "--json")
    assert result.exit_code == 0, (result.stderr, result.exception)
    return json.loads(result.stdout)


def refused(result: Result, *words: str) -> None:
    """Assert exit code 2, nothing on stdout, and one sentence with the words on stderr."""
    assert result.exit_code == 2, (result.exit_code, result.output, result.exception)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    message = result.stderr[result.stderr.rindex("Error: ") :].strip()
    assert "\n" not in message
    for word in words:
        assert word in message, message
