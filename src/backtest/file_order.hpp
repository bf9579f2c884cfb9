// In which order the recordings of a market are read. Blocking.
#pragma once

#include <string>
#include <vector>

#include "acts/base/result.hpp"

namespace acts::backtest {

struct FileOrder {
  std::vector<std::string> paths = {};  // by when they begin; one that has no line stays behind the one before it
  std::string problem = {};             // one line, of an order that was another one; else empty
};

// Errors: as RecordingReader's, but for what cannot be read in the files.
Result<FileOrder> in_order_of_time(const std::vector<std::string>& paths);

}  // namespace acts::backtest
