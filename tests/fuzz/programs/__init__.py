"""Random programs: views, writes in place, custom functions, hooks, against a reference that knows no graph."""
