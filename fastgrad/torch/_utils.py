"""``torch.utils``: a place for its modules."""

__all__: list[str] = []
