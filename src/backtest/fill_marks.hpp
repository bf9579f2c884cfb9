// Remembers of which fills the middle price is still to be looked at, and when. Pure; not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "acts/base/decimal.hpp"
#include "acts/base/time.hpp"

#include "backtest/run_listener.hpp"

namespace acts::backtest {

class FillMarks {
 public:
  using Marks = std::array<std::optional<Decimal>, kMarkHorizons.size()>;

  // Fills come in the order of their times.
  void add(std::uint64_t fill_number, UnixNanos ts);
  // When a price is wanted next; the end of time if none is.
  [[nodiscard]] UnixNanos next() const;
  // The middle price at `ts`, which is not behind next().
  void mark(UnixNanos ts, const std::optional<Decimal>& middle);
  // There will be no more prices.
  void end();
  // Fills whose marks are complete, in order; false: none.
  bool take(std::uint64_t& fill_number, Marks& marks);

 private:
  struct Waiting {
    std::uint64_t number;
    UnixNanos ts;
    Marks marks = {};
  };
  std::deque<Waiting> waiting_;
  // Of each horizon the first of waiting_ that lacks it.
  std::array<std::size_t, kMarkHorizons.size()> reached_ = {};
};

}  // namespace acts::backtest
