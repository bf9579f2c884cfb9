// What a benchmark has missed of what is promised: said at the end, and bench_acts ends with 1.
#pragma once

#include <string>

namespace acts::bench {

// `what`: one line. The same twice counts once.
void note_miss(std::string what);

}  // namespace acts::bench
