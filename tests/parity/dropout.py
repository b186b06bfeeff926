"""Dropout, of which only what is not random can be compared: nothing dropped, or everything, or evaluation."""

from __future__ import annotations

from collections.abc import Callable

from .case import Case, Draw, Given, call, layer


def drop(d: Draw) -> Given:
    return layer(d.one_of(0.0, 1.0), **d.options(inplace=d.flag())).on(d.normal(d.shape()))


def evaluate(d: Draw) -> Given:
    return layer(**d.options(p=lambda: d.real(0.0, 1.0), inplace=d.flag())).on(d.normal(d.shape()))


def function(d: Draw) -> Given:
    training = d.flag()
    p = d.one_of(0.0, 1.0) if training else d.real(0.0, 1.0)
    return call(d.normal(d.shape()), p, training=training, **d.options(inplace=d.flag()))


def sized(least: int, most: int) -> Callable[[Callable[[Draw], Given]], Callable[[Draw], Given]]:
    """A configuration, on an input of so many axes."""

    def resized(draw: Callable[[Draw], Given]) -> Callable[[Draw], Given]:
        def drawn(d: Draw) -> Given:
            given = draw(d)
            x = d.normal(d.shape(most, least=least))
            return Given((x, *given.inputs[1:]), given.options, given.args, given.kwargs)

        return drawn

    return resized


def cases(layer_name: str, function_name: str, least: int, most: int) -> list[Case]:
    on = sized(least, most)
    return [
        Case(f"nn.{layer_name}", on(drop)),
        Case(f"nn.{layer_name}", on(evaluate), modes=(False,)),
        Case(f"nn.functional.{function_name}", on(function)),
    ]


CASES = [
    *cases("Dropout1d", "dropout1d", 2, 3),
    *cases("Dropout2d", "dropout2d", 3, 4),
    *cases("Dropout3d", "dropout3d", 4, 5),
    *cases("AlphaDropout", "alpha_dropout", 0, 4),
    *cases("FeatureAlphaDropout", "feature_alpha_dropout", 2, 4),
    Case("nn.Dropout", drop),
    Case("nn.Dropout", evaluate, modes=(False,)),
    Case("nn.functional.dropout", function),
]
