"""Progress of several fits."""

from dataclasses import dataclass

from cubeclust.runtime.progress import Progress


@dataclass
class FitsProgress:
    """Progress of several fits, each of which may end early; the objective is the log-likelihood per spectrum.

    total     iterations of all fits at most
    n         number of spectra
    before    iterations of the fits that have ended
    """

    progress: Progress
    total: int
    n: int
    before: int = 0

    def end(self, iterations: int) -> None:
        """Count a fit as done, however early it ended."""
        self.before += iterations

    def advance(self, done: int, log_likelihood: float) -> None:
        """Report an iteration."""
        self.progress.advance("fit", self.before + done, self.total, objective=log_likelihood / self.n)
