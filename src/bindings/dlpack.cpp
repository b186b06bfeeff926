// DLPack, the exchange of tensors without copies: https://dmlc.github.io/dlpack/latest/. Both the form of versions
// before 1.0 ("dltensor") and the versioned one ("dltensor_versioned"), out and in.
#include <memory>
#include <string>

#include "array/borrow.h"
#include "bindings/casters.h"
#include "bindings/gil.h"

namespace fastgrad::bindings {

namespace py = pybind11;

namespace {

// The ABI, as the specification lays it out.
struct DLDevice {
  int32_t type;  // 1: CPU
  int32_t id;
};
struct DLDataType {
  uint8_t code;  // 0 int, 1 unsigned, 2 float, 4 bfloat, 6 bool
  uint8_t bits;
  uint16_t lanes;
};
struct DLTensor {
  void* data;
  DLDevice device;
  int32_t ndim;
  DLDataType dtype;
  int64_t* shape;
  int64_t* strides;  // in elements; null before 1.2 for C order
  uint64_t byte_offset;
};
struct DLManagedTensor {
  DLTensor tensor;
  void* context;
  void (*deleter)(DLManagedTensor*);
};
struct DLVersion {
  uint32_t major, minor;
};
struct DLManagedTensorVersioned {
  DLVersion version;
  void* context;
  void (*deleter)(DLManagedTensorVersioned*);
  uint64_t flags;  // bit 0: read-only; bit 1: the producer made a copy
  DLTensor tensor;
};
constexpr uint64_t kReadOnly = 1, kCopied = 2;
constexpr const char* kName = "dltensor";
constexpr const char* kVersionedName = "dltensor_versioned";

constexpr DLDataType dl_dtype(DType t) {
  const auto bits = static_cast<uint8_t>(itemsize(t) * 8);
  if (t == DType::BF16) return {4, bits, 1};
  switch (kind(t)) {
    case Kind::Bool: return {6, bits, 1};
    case Kind::Unsigned: return {1, bits, 1};
    case Kind::Signed: return {0, bits, 1};
    default: return {2, bits, 1};
  }
}

[[noreturn]] void refuse(const std::string& what) { throw Error(ErrorKind::Buffer, "from_dlpack: " + what); }

DType dtype_of_dl(DLDataType t) {
  if (t.lanes == 1)
    for (int i = 0; i < kNumDTypes; ++i) {
      const DLDataType own = dl_dtype(static_cast<DType>(i));
      if (own.code == t.code && own.bits == t.bits) return static_cast<DType>(i);
    }
  refuse("fastgrad has no dtype of DLPack's type code " + std::to_string(t.code) + " with " + std::to_string(t.bits) +
         " bits and " + std::to_string(t.lanes) + " lanes");
}

// What an exported tensor keeps alive: the array, and the lists that the consumer reads.
template <class Managed>
struct Exported {
  explicit Exported(const Array& a) : array(a) { lend(array.storage().get()); }
  ~Exported() { end_loan(array.storage().get()); }
  Exported(const Exported&) = delete;
  Exported& operator=(const Exported&) = delete;

  Array array;
  Dims shape, strides;
  Managed managed;
};

template <class Managed>
void free_exported(Managed* m) {
  // A consumer may let go on any thread, and late; storages are counted under the GIL.
  if (!Py_IsInitialized()) return;
  const AnyThreadGil gil;
  delete static_cast<Exported<Managed>*>(m->context);
}

template <class Managed>
py::capsule export_as(const Array& a, const char* name, Managed** out) {
  auto owner = std::make_unique<Exported<Managed>>(a);
  owner->shape = a.shape();
  owner->strides = a.strides();
  Managed& m = owner->managed;
  m = Managed{};
  m.context = owner.get();
  m.deleter = free_exported<Managed>;
  m.tensor = {a.bytes(), {1, 0}, a.ndim(), dl_dtype(a.dtype()), owner->shape.begin(), owner->strides.begin(), 0};
  *out = &m;
  PyObject* const capsule = PyCapsule_New(&m, name, [](PyObject* c) {
    // Consumers rename what they take.
    const char* const held = PyCapsule_GetName(c);
    if (held && (std::string(held) == kName || std::string(held) == kVersionedName))
      if (auto* const unused = static_cast<Managed*>(PyCapsule_GetPointer(c, held))) unused->deleter(unused);
  });
  if (!capsule) throw py::error_already_set();
  owner.release();
  return py::reinterpret_steal<py::capsule>(capsule);
}

py::capsule to_dlpack(const Array& a, bool versioned, bool copied) {
  if (versioned) {
    DLManagedTensorVersioned* m;
    py::capsule capsule = export_as<DLManagedTensorVersioned>(a, kVersionedName, &m);
    m->version = {1, 0};
    m->flags = (a.writable() ? 0 : kReadOnly) | (copied ? kCopied : 0);
    return capsule;
  }
  if (!a.writable())
    throw Error(ErrorKind::Buffer, "__dlpack__: a read-only tensor needs a consumer of DLPack 1.0 or newer");
  DLManagedTensor* m;
  return export_as<DLManagedTensor>(a, kName, &m);
}

// On an error the managed tensor stays the capsule's, whose own end lets go of it.
template <class Managed>
Array import_from(Managed* m, bool writable) {
  const DLTensor& t = m->tensor;
  if (t.device.type != 1)
    refuse("the data is not in the CPU's memory (DLPack device type " + std::to_string(t.device.type) + ")");
  ForeignMemory memory{t.data, t.byte_offset, dtype_of_dl(t.dtype), {}, {}, writable};
  if (t.ndim < 0) refuse("the number of dimensions is negative, " + std::to_string(t.ndim));
  if (t.ndim > kMaxDims) too_many_dims(t.ndim);
  if (t.ndim > 0 && t.shape == nullptr) refuse("the shape of " + std::to_string(t.ndim) + " dimensions is NULL");
  for (int i = 0; i < t.ndim; ++i) memory.shape.push_back(t.shape[i]);
  if (t.strides == nullptr) memory.strides = contiguous_strides(memory.shape);
  else for (int i = 0; i < t.ndim; ++i) memory.strides.push_back(t.strides[i]);
  const auto release = [](void* owner) {
    auto* const managed = static_cast<Managed*>(owner);
    if (managed->deleter == nullptr || !Py_IsInitialized()) return;
    const KeptError kept;
    managed->deleter(managed);
  };
  return borrow_array(memory, m, release, "from_dlpack");
}

Array from_dlpack(const py::object& capsule) {
  if (!PyCapsule_CheckExact(capsule.ptr()))
    type_error(std::string("from_dlpack: __dlpack__ must give a capsule, got ") + Py_TYPE(capsule.ptr())->tp_name);
  const char* const given = PyCapsule_GetName(capsule.ptr());
  const std::string name = given ? given : "";
  if (name != kVersionedName && name != kName)
    value_error("from_dlpack: the capsule is named '" + name + "': no DLPack tensor, or one that was taken already");
  void* const pointer = PyCapsule_GetPointer(capsule.ptr(), given);
  if (pointer == nullptr) throw py::error_already_set();
  const auto taken = [&](const Array& a, const char* used) {
    if (PyCapsule_SetName(capsule.ptr(), used) != 0) throw py::error_already_set();
    return a;
  };
  if (name == kName)
    return taken(import_from(static_cast<DLManagedTensor*>(pointer), true), "used_dltensor");
  auto* const m = static_cast<DLManagedTensorVersioned*>(pointer);
  if (m->version.major != 1)  // what lies behind the version is not known
    refuse("fastgrad knows version 1 of DLPack, not version " + std::to_string(m->version.major));
  return taken(import_from(m, !(m->flags & kReadOnly)), "used_dltensor_versioned");
}

}  // namespace

void bind_dlpack(py::module_& m) {
  m.def("to_dlpack", &to_dlpack, py::arg("tensor"), py::arg("versioned"), py::arg("copied"));
  m.def("from_dlpack", &from_dlpack, py::arg("capsule"));
}

}  // namespace fastgrad::bindings
