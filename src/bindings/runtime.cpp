// Threads, memory, instruction set: what fastgrad.runtime's functions and fg.show_config() call.
#include <string>

#include "bindings/casters.h"
#include "bindings/gil.h"
#include "runtime/cpu.h"
#include "runtime/memory.h"
#include "runtime/parallel.h"

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace fastgrad::bindings {

namespace py = pybind11;

namespace {

std::string compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#elif defined(__GNUC__)
  return "gcc " __VERSION__;
#else
  return "unknown";
#endif
}

py::object openmp_version() {
#if defined(_OPENMP)
  return py::int_(_OPENMP);
#else
  return py::none();
#endif
}

void set_num_threads(int64_t n) {
  if (n < 1) value_error("set_num_threads: the number of threads must be at least 1, got " + std::to_string(n));
  runtime::set_num_threads(n > INT32_MAX ? INT32_MAX : static_cast<int>(n));
}

void set_grain_divisor(int64_t divisor) {
  if (divisor < 1) value_error("set_grain_divisor: the divisor must be at least 1, got " + std::to_string(divisor));
  runtime::set_grain_divisor(divisor);
}

void set_cache_limit(int64_t bytes) {
  if (bytes < 0) value_error("set_cache_limit: the limit must not be negative, got " + std::to_string(bytes));
  runtime::set_cache_limit(bytes);
}

py::dict config() {
  py::dict d;
  d["compiler"] = compiler();
  d["openmp"] = openmp_version();
  d["threads"] = runtime::num_threads();
  d["cpu"] = runtime::name(runtime::detected_cpu_level());
  d["levels"] = runtime::built_cpu_levels();
  d["kernels"] = runtime::name(runtime::cpu_level());
  d["allocator"] = runtime::system_allocator() ? "system" : "caching";
  return d;
}

}  // namespace

void bind_runtime(py::module_& m) {
  for (const char* error : {runtime::cpu_error(), runtime::allocator_error()})
    if (*error != '\0') throw py::import_error(error);
  runtime::set_long_work_hooks({begin_long_work, end_long_work});

  m.def("num_threads", &runtime::num_threads);
  m.def("usable_threads", &runtime::usable_threads);
  m.def("set_num_threads", &set_num_threads, py::arg("n"));
  m.def("grain_divisor", &runtime::grain_divisor);
  m.def("set_grain_divisor", &set_grain_divisor, py::arg("divisor"));
  m.def("region_counts", [] {
    const runtime::RegionCounts c = runtime::region_counts();
    return py::make_tuple(c.regions, c.pieces, c.threaded_pieces);
  });
  m.def("memory_stats", [] {
    const runtime::MemoryStats s = runtime::memory_stats();
    py::dict d;
    d["in_use"] = s.in_use;
    d["cached"] = s.cached;
    d["peak"] = s.peak;
    d["cache_limit"] = runtime::cache_limit();
    return d;
  });
  m.def("reset_peak_memory", &runtime::reset_peak_memory);
  m.def("empty_cache", &runtime::empty_cache);
  m.def("set_cache_limit", &set_cache_limit, py::arg("bytes"));
  m.def("cpu_level", [] { return runtime::name(runtime::cpu_level()); });
  m.def("config", &config);
}

}  // namespace fastgrad::bindings
