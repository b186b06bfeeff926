// The class Generator, and random arrays drawn from one.
#include <string>

#include "bindings/casters.h"
#include "ops/gamma.h"
#include "ops/random.h"
#include "runtime/random.h"

namespace fastgrad::bindings {

namespace py = pybind11;
using ops::Generator;

namespace {

// A seed is an int from -2^63, the negative ones modulo 2^64, to 2^64 - 1 (NumPy's integers too).
uint64_t seed_bits(const py::handle& seed) {
  const auto index = py::reinterpret_steal<py::object>(PyNumber_Index(seed.ptr()));
  if (!index) {
    PyErr_Clear();
    type_error("Generator: a seed must be an int, got " + std::string(Py_TYPE(seed.ptr())->tp_name));
  }
  int overflow = 0;
  const long long small = PyLong_AsLongLongAndOverflow(index.ptr(), &overflow);
  if (overflow == 0) return static_cast<uint64_t>(small);
  const unsigned long long large = overflow > 0 ? PyLong_AsUnsignedLongLong(index.ptr()) : 0;
  if (overflow < 0 || PyErr_Occurred()) {
    PyErr_Clear();
    overflow_error("Generator: a seed must be from -2**63 to 2**64 - 1, got " + std::string(py::str(index)));
  }
  return large;
}

// Generator(seed=None, device="cpu"); PyTorch's has the device first, a string.
Generator make_generator(const py::args& args, const py::kwargs& kwargs) {
  py::object seed = py::none(), device = py::none();
  if (args.size() > 2) type_error("Generator: a seed and a device are expected, got " + std::to_string(args.size()) +
                                  " arguments");
  if (args.size() > 0) (py::isinstance<py::str>(args[0]) ? device : seed) = args[0];
  if (args.size() > 1) device = args[1];
  for (const auto& [key, value] : kwargs) {
    const std::string name = py::str(key);
    if (name != "seed" && name != "device")
      type_error("Generator: there is no argument '" + name + "'; a seed and a device are expected");
    (name == "seed" ? seed : device) = py::reinterpret_borrow<py::object>(value);
  }
  if (!device.is_none() && std::string(py::str(device)) != "cpu")
    value_error("Generator: fastgrad computes on the CPU; device " + std::string(py::repr(device)) + " is not known");
  return {seed.is_none() ? runtime::entropy_seed() : seed_bits(seed), 0};
}

// An int of Python, of any size, or whatever NumPy calls one.
int64_t int64_of(const char* op, const char* argument, const py::handle& value) {
  const auto index = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
  if (!index) {
    PyErr_Clear();
    type_error(std::string(op) + ": " + argument + " must be an int, got " + Py_TYPE(value.ptr())->tp_name);
  }
  int overflow = 0;
  const int64_t result = PyLong_AsLongLongAndOverflow(index.ptr(), &overflow);
  if (overflow != 0)
    overflow_error(std::string(op) + ": " + argument + " does not fit int64, got " + std::string(py::repr(value)));
  return result;
}

py::tuple state_of(const Generator& g) { return py::make_tuple(g.seed, g.offset); }

Generator from_state(const py::handle& state) {
  try {
    const auto [seed, offset] = state.cast<std::pair<uint64_t, uint64_t>>();
    return {seed, offset};
  } catch (const py::cast_error&) {
    value_error("Generator: a state is a tuple (seed, offset) of two ints from 0 to 2**64 - 1, got " +
                std::string(py::repr(state)));
  }
}

std::string repr(const Generator& g) {
  return "Generator(seed=" + std::to_string(g.seed) + ", offset=" + std::to_string(g.offset) + ")";
}

}  // namespace

void bind_random(py::module_& m) {
  py::class_<Generator>(m, "Generator", "A stream of random numbers: Philox4x32-10, counted by a seed and an offset.")
      .def(py::init(&make_generator))
      .def("manual_seed",
           [](py::object self, const py::object& seed) {
             self.cast<Generator&>() = {seed_bits(seed), 0};
             return self;
           },
           py::arg("seed"))
      .def("seed",
           [](Generator& g) {
             g = {runtime::entropy_seed(), 0};
             return g.seed;
           })
      .def_property_readonly("initial_seed", [](const Generator& g) { return g.seed; })
      .def("get_state", &state_of)
      .def("set_state", [](Generator& g, const py::object& state) { g = from_state(state); }, py::arg("state"))
      .def("__copy__", [](const Generator& g) { return g; })
      .def("__deepcopy__", [](const Generator& g, const py::dict&) { return g; }, py::arg("memo"))
      .def(py::pickle(&state_of, [](const py::tuple& state) { return from_state(state); }))
      .def("__repr__", &repr);

  m.def("rand", &ops::rand, py::arg("generator"), py::arg("shape"), py::arg("dtype"));
  m.def("randn", &ops::randn, py::arg("generator"), py::arg("shape"), py::arg("dtype"));
  m.def("uniform", &ops::uniform, py::arg("generator"), py::arg("shape"), py::arg("dtype"), py::arg("low"),
        py::arg("high"));
  m.def("normal", &ops::normal, py::arg("generator"), py::arg("shape"), py::arg("dtype"), py::arg("mean"),
        py::arg("std"));
  m.def(
      "randint",
      [](Generator& g, const py::object& low, const py::object& high, const Dims& shape, DType dtype) {
        return ops::randint(g, int64_of("randint", "low", low), int64_of("randint", "high", high), shape, dtype);
      },
      py::arg("generator"), py::arg("low"), py::arg("high"), py::arg("shape"), py::arg("dtype"));
  m.def(
      "randperm",
      [](Generator& g, const py::object& n) { return ops::randperm(g, int64_of("randperm", "n", n)); },
      py::arg("generator"), py::arg("n"));
  m.def("bernoulli", py::overload_cast<Generator&, double, const Dims&, DType>(&ops::bernoulli),
        py::arg("generator"), py::arg("p"), py::arg("shape"), py::arg("dtype"));
  m.def("bernoulli_of", py::overload_cast<Generator&, const Array&>(&ops::bernoulli), py::arg("generator"),
        py::arg("p"));
  m.def(
      "multinomial",
      [](Generator& g, const Array& weights, const py::object& n, bool replacement) {
        return ops::multinomial(g, weights, int64_of("multinomial", "num_samples", n), replacement);
      },
      py::arg("generator"), py::arg("weights"), py::arg("n"), py::arg("replacement"));
  m.def("standard_gamma", &ops::standard_gamma, py::arg("generator"), py::arg("shape"), py::arg("logarithm"));
  m.def("poisson", &ops::poisson, py::arg("generator"), py::arg("rate"));
  m.def("binomial", &ops::binomial, py::arg("generator"), py::arg("count"), py::arg("p"));
  m.def("gammainc", &ops::gammainc, py::arg("a"), py::arg("x"), py::arg("upper"));
  m.def("gamma_log_slope", &ops::gamma_log_slope, py::arg("a"), py::arg("log_x"));
  // The state that dropout is given is a tuple: a rule keeps it, and gives it again for the gradient.
  m.def("dropout_state", [](Generator& g, int64_t size) { return state_of(ops::dropout_state(g, size)); },
        py::arg("generator"), py::arg("size"));
}

}  // namespace fastgrad::bindings
