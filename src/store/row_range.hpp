// Which rows are meant.
#pragma once

#include <cstdint>
#include <string>

#include "acts/base/time.hpp"

namespace acts {

// Rows with from <= sample_time < to; an empty venue or symbol means every one.
struct RowRange {
  std::string venue;
  std::string symbol;
  UnixNanos from{INT64_MIN};
  UnixNanos to{INT64_MAX};
};

}  // namespace acts
