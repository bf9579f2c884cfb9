#include "backtest/bars/bar_sweep.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "acts/base/assert.hpp"

#include "backtest/strategy_library.hpp"
#include "backtest/sweep/set_failure.hpp"

namespace acts::backtest {
namespace {

// Steps of which the bars of one instrument fit a core's second-level cache beside what the sets hold.
constexpr std::size_t kTileSteps = 1024;

}  // namespace

Result<BarSweep> BarSweep::make(const BarRunOptions& options, std::vector<std::unique_ptr<Strategy>> strategies,
                                const std::vector<std::size_t>& numbers) {
  ACTS_ASSERT(numbers.size() == strategies.size());
  BarSweep sweep;
  sweep.sets_.reserve(strategies.size());
  for (std::size_t i = 0; i < strategies.size(); ++i) {
    Result<std::unique_ptr<BarRun>> run = guarded([&] { return BarRun::make(options, *strategies[i], nullptr); });
    Set& set = sweep.sets_.emplace_back(Set{.number = numbers[i], .strategy = std::move(strategies[i])});
    if (run) {
      set.run = *std::move(run);
    } else if (is_of_set(run.error())) {
      set.error = run.error();
    } else {
      return std::unexpected(run.error());
    }
  }
  return sweep;
}

Result<void> BarSweep::run(BarBlocks& blocks, std::size_t threads) {
  ACTS_ASSERT(threads > 0);
  BarBlock block;
  for (bool is_first = true;; is_first = false) {
    const Result<bool> there = blocks.next(block);
    if (!there) return std::unexpected(there.error());
    if (!*there && is_first) return fail(ErrorCode::kBadInput, "the data has no bar: nothing was run");
    if (!*there) break;
    if (is_first) {
      for (Set& set : sets_) {
        if (set.error) continue;
        const Result<void> begun = guarded([&] { return set.run->start(block.step(0).front().open_time); });
        if (!begun) set.error = begun.error();
      }
    }
    const std::size_t shares = std::min(threads, std::max<std::size_t>(sets_.size(), 1));
    std::vector<std::jthread> others;
    others.reserve(shares - 1);
    for (std::size_t share = 1; share < shares; ++share) {
      others.emplace_back([this, share, shares, &block] { run_share(sets_, share, shares, block); });
    }
    run_share(sets_, 0, shares, block);
    others.clear();  // joins them
    if (Result<void> fine = check_errors(); !fine) return fine;
  }
  for (Set& set : sets_) {
    if (set.error) continue;
    if (Result<void> stopped = guarded([&set] { return set.run->stop(); }); !stopped) set.error = stopped.error();
  }
  return check_errors();
}

Result<void> BarSweep::check_errors() const {
  for (const Set& set : sets_) {
    if (set.error && !is_of_set(*set.error)) return of_set(set.number, *set.error);
  }
  return {};
}

void BarSweep::run_share(std::vector<Set>& sets, std::size_t share, std::size_t shares, const BarBlock& block) {
  for (std::size_t from = 0; from < block.steps(); from += kTileSteps) {
    const std::size_t to = std::min(from + kTileSteps, block.steps());
    for (std::size_t i = share; i < sets.size(); i += shares) run_tile(sets[i], block, from, to);
  }
}

void BarSweep::run_tile(Set& set, const BarBlock& block, std::size_t from, std::size_t to) {
  if (set.error) return;
  const Result<void> done = guarded([&] { return run_block(*set.run, block, from, to); });
  if (!done) set.error = done.error();
}

}  // namespace acts::backtest
