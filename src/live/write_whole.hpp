// All of a text to a descriptor, however little of it is taken at a time. Blocking.
#pragma once

#include <string_view>

namespace acts {

// A pipe that somebody has made non-blocking is waited for: its reader sets the pace all the same. 0, or the error's
// number; what was written before it stays.
int write_whole(int descriptor, std::string_view text);

}  // namespace acts
