// Stored features as a run tells them: each row once it is known here, in the order of time. Of the rows a few are in a
// run's memory. Not thread-safe but for the list, which does not change and is shared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/instrument.hpp"
#include "acts/strategy/strategy.hpp"

#include "backtest/features/feature_spool.hpp"
#include "backtest/lookahead/altered_feed.hpp"

namespace acts::backtest {

// Of one instrument.
struct StoredFeatureList {
  std::shared_ptr<const FeatureSpool> spool = {};  // null: it has none
  std::vector<std::string> names = {};             // of the spool's columns
  Nanos shift{};                                   // of local times
  Nanos delay{};                                   // so long after its time a row is known
  std::optional<FutureCut> cut = {};               // what is known then and later is another one
};

// Of what lies behind a cut a strategy must not know anything before: another number, and NaN where there is none.
double altered_feature(double value, std::uint64_t chance);

class StoredFeatures {
 public:
  static constexpr UnixNanos kNever{INT64_MAX};

  // `list` has a spool, and all names that are wanted (asserted).
  StoredFeatures(StoredFeatureList list, std::span<const std::string> wanted, InstrumentId id);

  // Once, before all others: of the rows that are known by then only the last one is told, then. Errors of all:
  // kStorage; final.
  Result<void> begin(UnixNanos start);
  // When the next one is told; kNever: there is none.
  [[nodiscard]] UnixNanos next() const { return next_; }
  // The next one, whose time to be told has come (asserted): with its own time by this run's local clock. Valid until
  // the next call.
  Result<FeatureValues> take();
  // No more are told.
  void end() { next_ = kNever; }

 private:
  [[nodiscard]] UnixNanos known(UnixNanos ts) const { return ts + list_.shift + list_.delay; }
  Result<void> find_next();

  StoredFeatureList list_;
  std::vector<std::size_t> places_;  // of what is wanted, among the spool's columns
  InstrumentId id_;
  std::size_t most_read_;
  FeatureSpool::Block read_;
  std::uint64_t number_ = 0;  // of the next row,
  std::size_t place_ = 0;     // and where it stands among those that are read
  UnixNanos begin_ = {INT64_MIN};
  UnixNanos next_ = kNever;
  std::vector<double> values_;
};

}  // namespace acts::backtest
