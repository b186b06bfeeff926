// Dead tensors and nodes, kept to be used again: cleared, out of the garbage collector's books, with one reference,
// which is the list's. Making one anew would set its several hundred bytes twice, and enter it in those books and take
// it out.
#pragma once

#include <Python.h>

namespace fastgrad::bindings {

// Whether something that refers to tensors as it likes, a hook or a custom function, hangs on the graph: from then on a
// cycle may lead through any tensor and node, and the garbage collector has to see them all.
inline bool cycles_are_possible = false;

class Kept {
 public:
  // Has this, instead of being freed, done to objects of exactly this type whose last reference went.
  void install(PyTypeObject* type, destructor drop) noexcept {
    type_ = type;
    free_ = type->tp_dealloc;
    type->tp_dealloc = drop;
  }

  bool any() const noexcept { return count_ != 0; }

  // Its reference becomes the caller's.
  PyObject* take() noexcept {
    PyObject* const o = objects_[--count_];
    if (cycles_are_possible) PyObject_GC_Track(o);
    return o;
  }

  // Whether a dying object may be kept, and lives again until it is cleared and given to `keep`; else it is freed. One
  // that somebody watches die is.
  bool revive(PyObject* o) noexcept {
    if (Py_TYPE(o) != type_ || count_ == kMost || *weak_references(o) != nullptr) {
      free_(o);
      return false;
    }
    PyObject_GC_UnTrack(o);
#if defined(Py_REF_DEBUG) || defined(Py_TRACE_REFS)
    _Py_NewReference(o);
#else
    Py_SET_REFCNT(o, 1);
#endif
    return true;
  }

  void keep(PyObject* o) noexcept {
    if (count_ < kMost) {  // what it held may have died with it, and been kept
      objects_[count_++] = o;
    } else {
      Py_SET_REFCNT(o, 0);
      free_(o);
    }
  }

 private:
  static constexpr int kMost = 512;

  PyObject** weak_references(PyObject* o) const noexcept {
    return reinterpret_cast<PyObject**>(reinterpret_cast<char*>(o) + type_->tp_weaklistoffset);
  }

  PyTypeObject* type_ = nullptr;
  destructor free_ = nullptr;
  int count_ = 0;
  PyObject* objects_[kMost] = {};
};

extern Kept kept_tensors, kept_nodes;

// Enters an object in the garbage collector's books again, and all that are used from now on: it may be part of a cycle.
inline void watch(PyObject* o) noexcept {
  cycles_are_possible = true;
  if (!PyObject_GC_IsTracked(o)) PyObject_GC_Track(o);
}

// Takes a new object out of those books, as long as no cycle is possible.
inline void unwatch(PyObject* o) noexcept {
  if (!cycles_are_possible) PyObject_GC_UnTrack(o);
}

}  // namespace fastgrad::bindings
