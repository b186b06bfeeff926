// A promise to the compiler's loop vectoriser.
#pragma once

// Before a loop whose iterations do not depend on each other: the output is exactly an input, or apart from all.
#if defined(__clang__)
#define FG_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define FG_INDEPENDENT _Pragma("GCC ivdep")
#else
#define FG_INDEPENDENT
#endif
