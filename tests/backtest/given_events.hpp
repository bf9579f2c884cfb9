// Events in the order in which a reader of files gives them.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"

#include "history/export/hft_event.hpp"

namespace acts::backtest::test {

class GivenEvents final : public history::HftSource {
 public:
  explicit GivenEvents(std::vector<history::HftEvent> events) : events_(std::move(events)) {}
  Result<bool> next(history::HftEvent& event) override {
    if (next_ == events_.size()) return false;
    event = events_[next_++];
    return true;
  }

 private:
  std::vector<history::HftEvent> events_;
  std::size_t next_ = 0;
};

}  // namespace acts::backtest::test
