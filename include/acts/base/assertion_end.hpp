// How the process ends after a broken invariant (assert.hpp), for the program that has an exit code for it.
#pragma once

namespace acts {

// Called on the thread that failed, once the line is printed; must not return. Nothing may be trusted any more: end
// the process without running its destructors.
using AssertionEnd = void (*)();

// nullptr, and the default: std::abort(). To be set before threads start.
void set_assertion_end(AssertionEnd end) noexcept;

}  // namespace acts
