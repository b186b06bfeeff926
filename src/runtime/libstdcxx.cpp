// A function that libstdc++ 11 and newer have, and that their headers call: defined here, the extension loads beside older
// ones too (tools/check_symbols.py knows which).
#include <new>

#if defined(__GLIBCXX__) && defined(__ELF__)

namespace std {

void __throw_bad_array_new_length() { throw bad_array_new_length(); }

}  // namespace std

// For this library alone.
asm(".hidden _ZSt28__throw_bad_array_new_lengthv");

#endif
