// DLPack, the exchange of tensors without copies: https://dmlc.github.io/dlpack/latest/. Both the form of versions
// before 1.0 ("dltensor") and the versioned one ("dltensor_versioned"), out and in.
#include <memory>
#include <string>

#include "bindings/casters.h"

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

DType dtype_of_dl(DLDataType t) {
  if (t.lanes == 1)
    for (int i = 0; i < kNumDTypes; ++i) {
      const DLDataType own = dl_dtype(static_cast<DType>(i));
      if (own.code == t.code && own.bits == t.bits) return static_cast<DType>(i);
    }
  throw Error(ErrorKind::Buffer, "from_dlpack: fastgrad has no dtype of DLPack's type code " + std::to_string(t.code) +
                                     " with " + std::to_string(t.bits) + " bits and " + std::to_string(t.lanes) +
                                     " lanes");
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
  // A consumer may let go on any thread; storages are counted under the GIL.
  if (!Py_IsInitialized()) return;
  const py::gil_scoped_acquire gil;
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

template <class Managed>
Array import_from(Managed* m, bool writable) {
  const DLTensor& t = m->tensor;
  if (t.device.type != 1)
    throw Error(ErrorKind::Buffer, "from_dlpack: the data is not in the CPU's memory (DLPack device type " +
                                       std::to_string(t.device.type) + ")");
  const DType dtype = dtype_of_dl(t.dtype);
  if (t.ndim > kMaxDims) too_many_dims(t.ndim);
  Dims shape, strides;
  int64_t low = 0, high = 0;
  for (int i = 0; i < t.ndim; ++i) shape.push_back(t.shape[i]);
  const int64_t size = count(shape);
  strides = contiguous_strides(shape);
  for (int i = 0; i < t.ndim; ++i) {
    if (t.strides) strides[i] = t.strides[i];
    const int64_t reach = strides[i] * (shape[i] - 1);
    (reach < 0 ? low : high) += reach;
  }
  const auto item = static_cast<int64_t>(itemsize(dtype));
  char* const first = static_cast<char*>(t.data) + t.byte_offset;
  if (reinterpret_cast<uintptr_t>(first) % itemsize(dtype))
    throw Error(ErrorKind::Buffer, "from_dlpack: the data is not aligned to its elements");
  Storage* const storage = borrow_storage(first + low * item, size ? static_cast<size_t>((high - low + 1) * item) : 0,
                                          writable, m, [](void* owner) {
                                            auto* const managed = static_cast<Managed*>(owner);
                                            if (managed->deleter) managed->deleter(managed);
                                          });
  return Array(StorageRef(storage), first, dtype, shape, strides);
}

Array from_dlpack(const py::capsule& capsule) {
  const std::string name = capsule.name() ? capsule.name() : "";
  if (name == kVersionedName) {
    auto* const m = static_cast<DLManagedTensorVersioned*>(capsule.get_pointer());
    if (m->version.major > 1)
      throw Error(ErrorKind::Buffer, "from_dlpack: DLPack version " + std::to_string(m->version.major) +
                                         " is newer than the 1 that fastgrad knows");
    Array a = import_from(m, !(m->flags & kReadOnly));
    PyCapsule_SetName(capsule.ptr(), "used_dltensor_versioned");
    return a;
  }
  if (name == kName) {
    Array a = import_from(static_cast<DLManagedTensor*>(capsule.get_pointer()), true);
    PyCapsule_SetName(capsule.ptr(), "used_dltensor");
    return a;
  }
  value_error("from_dlpack: the capsule is named '" + name + "': no DLPack tensor, or one that was taken already");
}

}  // namespace

void bind_dlpack(py::module_& m) {
  m.def("to_dlpack", &to_dlpack, py::arg("tensor"), py::arg("versioned"), py::arg("copied"));
  m.def("from_dlpack", &from_dlpack, py::arg("capsule"));
}

}  // namespace fastgrad::bindings
