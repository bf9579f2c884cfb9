// Bars of one or several instruments in the order in which a run takes them, a block at a time: what is in memory is a
// block, however long the data is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/market/bar.hpp"

#include "backtest/bars/bar_reader.hpp"
#include "backtest/bars/bar_run.hpp"

namespace acts::backtest {

// Steps: the bars of one time, by instrument.
class BarBlock {
 public:
  [[nodiscard]] std::size_t steps() const { return ends_.size(); }
  [[nodiscard]] std::span<const Bar> step(std::size_t i) const { return bars(i, i + 1); }
  // Of the steps [from, to), in their order.
  [[nodiscard]] std::span<const Bar> bars(std::size_t from, std::size_t to) const {
    const std::size_t begin = begin_of(from);
    return std::span(bars_).subspan(begin, begin_of(to) - begin);
  }
  void clear() {
    bars_.clear();
    ends_.clear();
  }
  void add(const Bar& bar) { bars_.push_back(bar); }
  void end_step() { ends_.push_back(static_cast<std::uint32_t>(bars_.size())); }

 private:
  [[nodiscard]] std::size_t begin_of(std::size_t step) const { return step == 0 ? 0 : ends_[step - 1]; }
  std::vector<Bar> bars_;
  std::vector<std::uint32_t> ends_;
};

class BarBlocks {
 public:
  static constexpr std::size_t kSteps = 16'384;

  // One reader an instrument, by InstrumentId.
  explicit BarBlocks(std::vector<std::unique_ptr<BarReader>> readers);

  // False: there are no more; `block` is empty then. Errors: the readers'; kBadInput: bars of one run that begin
  // together and end at different times.
  Result<bool> next(BarBlock& block);

 private:
  struct Source {
    std::unique_ptr<BarReader> reader;
    Bar bar = {};
    bool has_bar = false;
  };
  Result<void> fill(Source& source);
  Result<bool> add_step(BarBlock& block);
  std::vector<Source> sources_;
  bool has_begun_ = false;
};

// All steps of a block, in order. Errors: BarRun::step().
Result<void> run_block(BarRun& run, const BarBlock& block, std::size_t from, std::size_t to);

}  // namespace acts::backtest
