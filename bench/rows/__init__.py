"""All sections of the table, in the order shown."""

from __future__ import annotations

from workloads import Section

from rows import arrays, attention, convolution, layers, products, programs, recurrent, small, steps, updates


def sections() -> list[Section]:
    return [
        *products.sections(),
        *convolution.sections(),
        *layers.sections(),
        *attention.sections(),
        *recurrent.sections(),
        *arrays.sections(),
        *updates.sections(),
        *steps.sections(),
        *small.sections(),
        *programs.sections(),
    ]
