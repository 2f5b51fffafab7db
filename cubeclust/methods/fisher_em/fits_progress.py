"""Progress of several fits."""

from cubeclust.runtime.progress import Progress


class FitsProgress:
    """Progress of several fits, each of which may end early; the objective is the log-likelihood per spectrum."""

    def __init__(self, progress: Progress, total: int, n: int) -> None:
        self.progress, self.total, self.n, self.before = progress, total, n, 0

    def end(self, iterations: int) -> None:
        """Count a fit as done, however early it ended."""
        self.before += iterations

    def advance(self, done: int, log_likelihood: float) -> None:
        """Report an iteration."""
        self.progress.advance("fit", self.before + done, self.total, objective=log_likelihood / self.n)
