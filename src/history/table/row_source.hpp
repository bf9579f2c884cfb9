// Where rows come from, one at a time: the border between whoever reads a format and whoever writes files.
#pragma once

#include "acts/base/result.hpp"

#include "history/table/kind.hpp"

namespace acts::history {

class RowSource {
 public:
  virtual ~RowSource() = default;
  // True: `row` is the next one. False: there is none, however often asked. An error is final.
  virtual Result<bool> next(Row& row) = 0;
};

}  // namespace acts::history
