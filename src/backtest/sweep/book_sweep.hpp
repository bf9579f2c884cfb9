// Many parameter sets of one strategy over one pass of recorded books. Each has a strategy, a venue and an account of
// its own, and own orders never change the replayed books: so each comes to exactly what it comes to alone, whatever
// the number of threads. All go through the same slice of rows before any goes on to the next; and those that do not
// want to be told of each row share the books, each thread's in one market (SharedMarket), so that a row is replayed
// once for all of them.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/strategy/strategy.hpp"

#include "backtest/account_book.hpp"
#include "backtest/engine.hpp"
#include "backtest/instrument_run.hpp"
#include "backtest/market_feed.hpp"
#include "backtest/run_listener.hpp"

namespace acts::backtest {

// One parameter set. All of it outlives the sweep. The listener may be null; so may the accounts, which are none
// other's: the setups' then.
struct BookSet {
  std::size_t number = 0;  // by which errors name it
  Strategy* strategy = nullptr;
  RunListener* listener = nullptr;
  const AccountBook* accounts = nullptr;
};

class BookSweep {
 public:
  // `setups`: of each instrument, by InstrumentId, one at least (asserted); their feeds and accounts do not count.
  BookSweep(std::vector<InstrumentSetup> setups, EngineOptions options, std::vector<BookSet> sets);

  // Once: all rows of the feeds, one an instrument, by so many threads (at least 1). A set whose strategy throws, lets
  // no time pass or comes to more than can be exact has failed, and the others go on. Errors: those of the data, and
  // those of a set that are not kBadInput, naming the set by its number.
  Result<void> run(std::span<MarketFeed* const> feeds, std::size_t threads);

  [[nodiscard]] std::size_t size() const { return sets_.size(); }
  // After run(). `i` < size(). Nothing: it has come to its end.
  [[nodiscard]] const std::optional<Error>& failure(std::size_t i) const { return failures_.at(i); }
  // Of one that has.
  [[nodiscard]] const RunEnd& end(std::size_t i) const { return *ends_.at(i); }

 private:
  [[nodiscard]] bool can_share(const BookSet& set) const;

  std::vector<InstrumentSetup> setups_;
  EngineOptions options_;
  std::vector<BookSet> sets_;
  std::vector<std::optional<RunEnd>> ends_;
  std::vector<std::optional<Error>> failures_;
};

}  // namespace acts::backtest
