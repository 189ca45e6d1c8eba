"""A gate learns whom to believe, in which pictures, and to do without any of the voters."""

import numpy as np
import pytest

from emograph.engine.gate import VOTES
from emograph.engine.training.gating import Ballots, GateClassifier, weights
from emograph.engine.training.rivals import RIVALS, tempered

GRAPH, LVLM, STUDENT = range(3)


def log_softmax(x: np.ndarray) -> np.ndarray:
    logs: np.ndarray = x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
    return logs


def made(n: int = 600, k: int = 4, seed: int = 0) -> Ballots:
    """The student knows most, the graph some; the graph knows nothing where little is known."""
    rng = np.random.default_rng(seed)
    true = rng.integers(k, size=n)
    unknown = rng.random(n)
    signal = np.eye(k)[true]
    loud = np.stack([2.0 * (unknown < 0.5), np.full(n, 0.5), np.full(n, 2.0)], axis=1)
    noise = rng.normal(size=(n, len(VOTES), k))
    votes = log_softmax(signal[:, None] * loud[:, :, None] + 0.7 * noise)
    return Ballots(votes, np.stack([unknown, np.zeros(n), np.zeros(n)], axis=1), signal)


def nll(shares: np.ndarray, ballots: Ballots) -> float:
    return float(-(ballots.truth * np.log(shares)).sum(axis=1).mean())


def test_who_knows_more_counts_more() -> None:
    gate = GateClassifier().fit(made()).gate_
    mean = weights(gate, made(seed=1)).mean(axis=0)
    assert mean[STUDENT] > mean[GRAPH] > mean[LVLM]


def test_the_graph_counts_less_where_it_knows_less() -> None:
    test = made(seed=1)
    graph = weights(GateClassifier().fit(made()).gate_, test)[:, GRAPH]
    unknown = test.circumstances[:, 0] > 0.5
    assert graph[unknown].mean() < graph[~unknown].mean() - 0.05


def test_it_is_better_than_each_vote_the_mean_and_constant_weights() -> None:
    ballots, test = made(), made(seed=1)
    ours = nll(GateClassifier().fit(ballots).predict_proba(test), test)
    for vote in range(len(VOTES)):
        assert ours < nll(np.exp(test.votes[:, vote]), test)
    for rival in ("mean", "gate, static"):
        assert ours < nll(RIVALS[rival](ballots)(test), test)


@pytest.mark.parametrize("missing", VOTES)
def test_one_gate_serves_without_any_of_the_votes(missing: str) -> None:
    gate = GateClassifier().fit(made())
    test = made(seed=1).without(missing)
    answers = gate.predict_proba(test)
    assert answers.sum(axis=1) == pytest.approx(np.ones(len(test)))
    others = [vote for vote in range(len(VOTES)) if VOTES[vote] != missing]
    best = min(nll(np.exp(test.votes[:, vote]), test) for vote in others)
    assert nll(answers, test) < best + 0.01


def test_votes_that_are_missing_here_and_there_are_learned_from() -> None:
    ballots = made()
    votes = ballots.votes.copy()
    votes[::3, LVLM] = np.nan
    votes[1::3, GRAPH] = np.nan
    gate = GateClassifier().fit(Ballots(votes, ballots.circumstances, ballots.truth)).gate_
    shares = weights(gate, Ballots(votes, ballots.circumstances, ballots.truth))
    assert (shares[::3, LVLM] == 0).all()
    assert shares.sum(axis=1) == pytest.approx(np.ones(len(votes)))


def test_with_an_infinite_penalty_weights_are_the_same_for_all_pictures() -> None:
    gate = GateClassifier(penalty=float("inf")).fit(made()).gate_
    assert np.ptp(weights(gate, made(seed=1)), axis=0).max() == pytest.approx(0)


def test_fitting_again_gives_the_same_gate() -> None:
    assert GateClassifier().fit(made()).gate_ == GateClassifier().fit(made()).gate_


def test_parameters_follow_scikit_learns_conventions() -> None:
    gate = GateClassifier().set_params(penalty=0.5)
    assert gate.get_params() == {"penalty": 0.5}
    with pytest.raises(ValueError, match="no parameter 'colour'"):
        gate.set_params(colour="blue")


@pytest.mark.parametrize("rival", RIVALS)
def test_rivals_answer_in_distributions_and_learn_something(rival: str) -> None:
    ballots, test = made(), made(seed=1)
    answers = tempered(RIVALS[rival])(ballots)(test)
    assert answers.sum(axis=1) == pytest.approx(np.ones(len(test)))
    assert nll(answers, test) < nll(np.full_like(answers, 0.25), test) - 0.2
