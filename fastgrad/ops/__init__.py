"""Every differentiable operation: its forward call and its gradient rule side by side, one file a family."""
