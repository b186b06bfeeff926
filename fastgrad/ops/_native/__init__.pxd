# The operations of the C++ core, as Cython calls them: a file for each header of `src/ops/`. A family calls its own as
# `native`: `cimport fastgrad.ops._native.pool as native`. Nothing is declared here, so that what changes in one family
# recompiles its users alone.
