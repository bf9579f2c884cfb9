// Many parameter sets of one strategy over one pass of the bars. Each has a strategy, a venue and an account of its
// own, and own orders never change the bars: so each comes to exactly what it comes to alone, whatever the number of
// threads.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/strategy/registry.hpp"

#include "backtest/bars/bar_blocks.hpp"
#include "backtest/bars/bar_run.hpp"

namespace acts::backtest {

class BarSweep {
 public:
  // `strategies`: one a set, in their order; `numbers`: by which errors name them, as many (asserted). Errors:
  // BarRun::make().
  static Result<BarSweep> make(const BarRunOptions& options, std::vector<std::unique_ptr<Strategy>> strategies,
                               const std::vector<std::size_t>& numbers);

  // All blocks, by so many threads (at least 1). A set whose strategy throws, lets no time pass or comes to more than
  // can be exact has failed, and the others go on. Errors: those of the data; kBadInput: there is no bar; those of a
  // set that are not kBadInput, naming the set by its number.
  Result<void> run(BarBlocks& blocks, std::size_t threads);

  [[nodiscard]] std::size_t size() const { return sets_.size(); }
  // After run(). `i` < size(). Nothing: it has come to its end.
  [[nodiscard]] const std::optional<Error>& failure(std::size_t i) const { return sets_[i].error; }
  // Of one that has.
  [[nodiscard]] BarTotals totals(std::size_t i) const { return sets_[i].run->totals(); }

 private:
  struct Set {
    std::size_t number = 0;
    std::unique_ptr<Strategy> strategy;
    std::unique_ptr<BarRun> run = {};
    std::optional<Error> error = {};
  };
  // A share of the sets over a block: tile by tile, so that the bars stay in the cache.
  static void run_share(std::vector<Set>& sets, std::size_t share, std::size_t shares, const BarBlock& block);
  static void run_tile(Set& set, const BarBlock& block, std::size_t from, std::size_t to);
  // That no set has met what all sets have.
  [[nodiscard]] Result<void> check_errors() const;

  std::vector<Set> sets_;
};

}  // namespace acts::backtest
