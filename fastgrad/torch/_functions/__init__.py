"""PyTorch's functions, a file a family, over those of `fastgrad.ops`: first argument the tensor, so that each is a
method as well."""
