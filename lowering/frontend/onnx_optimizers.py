"""
Optimizers of `ai.onnx.preview.training`: one step for any number of tensors.

Operands are the rate, how many steps were done before, then all tensors, all gradients, and what
the optimizer keeps of each tensor; results are the new tensors and what is kept.
"""

from collections.abc import Callable, Mapping

from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_terms import Term, required


def adagrad(e: Expansion) -> bool:
    """Gradients over the root of the sum of all their squares."""
    epsilon, decay = _factor(e, "epsilon", 0.0), _factor(e, "decay_factor", 0.0)

    def step(
        rate: Term, count: Term, tensor: Term, gradient: Term, *kept: Term
    ) -> tuple[Term, ...]:
        slower = rate / (count.cast(rate.kind) * decay + 1.0)
        squares = kept[0] + gradient * gradient
        change = slower * gradient / (squares.apply("Sqrt") + epsilon)
        return tensor - change, squares

    return _update(e, 1, step)


def adam(e: Expansion) -> bool:
    """Running means of gradients over the root of running means of their squares."""
    alpha, beta = _factor(e, "alpha", 0.9), _factor(e, "beta", 0.999)
    epsilon, after = _factor(e, "epsilon", 0.0), _factor(e, "norm_coefficient_post", 0.0)

    def step(
        rate: Term, count: Term, tensor: Term, gradient: Term, *kept: Term
    ) -> tuple[Term, ...]:
        means = kept[0] * alpha + gradient * (1.0 - alpha)
        squares = kept[1] * beta + gradient * gradient * (1.0 - beta)
        steps = count.cast(rate.kind)
        forgotten = [1.0 - rate.number(factor).apply("Pow", steps) for factor in (alpha, beta)]
        corrected = rate * forgotten[1].apply("Sqrt") / forgotten[0]
        adjusted = (count > 0).choose(corrected, rate)
        moved = tensor - adjusted * (means / (squares.apply("Sqrt") + epsilon))
        return moved * (1.0 - after), means, squares

    return _update(e, 2, step)


def momentum(e: Expansion) -> bool:
    """Running sums of gradients, by Nesterov's rule or the standard one."""
    alpha, beta = _factor(e, "alpha", 0.0), _factor(e, "beta", 0.0)
    nesterov = e.text("mode", "standard") == "nesterov"

    def step(
        rate: Term, count: Term, tensor: Term, gradient: Term, *kept: Term
    ) -> tuple[Term, ...]:
        weight = (count > 0).choose(rate.number(beta), rate.number(1.0))
        total = kept[0] * alpha + weight * gradient
        change = gradient + total * alpha if nesterov else total
        return tensor - rate * change, total

    return _update(e, 1, step)


Step = Callable[..., tuple[Term, ...]]
"""From rate, number of steps, a tensor, its gradient and what is kept of it to the new ones."""


def _update(e: Expansion, kept: int, step: Step) -> bool:
    """Do `step` for each tensor; the gradient of the norm is part of the gradient."""
    norm = _factor(e, "norm_coefficient", 0.0)
    rate, count = required(e, 0), required(e, 1)
    parts = kept + 2
    tensors = (len(e.node.input) - 2) // parts
    for number in range(tensors):
        tensor, gradient, *others = (
            required(e, 2 + number + tensors * part) for part in range(parts)
        )
        whole = tensor * norm + gradient if norm else gradient
        for part, result in enumerate(step(rate, count, tensor, whole, *others)):
            result.gives(e.node.output[number + tensors * part])
    return True


def _factor(e: Expansion, name: str, usual: float) -> float:
    return float(e.attributes.get(name, usual))


RULES: Mapping[str, Callable[[Expansion], bool]] = {
    "Adagrad": adagrad,
    "Adam": adam,
    "Momentum": momentum,
}
"""By operator; `Gradient` asks for the derivative of a part of the graph, and is not there."""
