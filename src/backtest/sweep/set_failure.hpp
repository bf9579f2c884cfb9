// A parameter set that fails: it alone does, and the sweep goes on without it.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

namespace acts::backtest {

// Whether an error of a set's run is its strategy's doing. Any other is the configuration's, the data's or the
// system's, which all sets have: it ends the sweep.
inline bool is_of_set(const Error& error) { return error.code == ErrorCode::kBadInput; }

// "parameter set 3: ...".
std::unexpected<Error> of_set(std::size_t number, const Error& error);

// A message as one short line of UTF-8: of what a strategy throws nothing is known.
std::string failure_line(std::string_view message);

// The sets of a sweep that have failed.
struct SetFailures {
  std::size_t count = 0;
  std::size_t first = 0;   // the number of the first of them,
  std::string error = {};  // and its failure_line()

  void add(std::size_t number, std::string_view of) {
    if (count++ > 0) return;
    first = number;
    error = of;
  }
};

}  // namespace acts::backtest
