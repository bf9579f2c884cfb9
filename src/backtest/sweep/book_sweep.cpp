#include "backtest/sweep/book_sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "acts/base/assert.hpp"

#include "backtest/instrument_setup.hpp"
#include "backtest/shared_feed.hpp"
#include "backtest/strategy_library.hpp"

namespace acts::backtest {
namespace {

// The feeds of all instruments, read together.
class SharedMarket {
 public:
  SharedMarket(std::span<MarketFeed* const> feeds, std::size_t cursors) : reach_(feeds.size(), UnixNanos{INT64_MIN}) {
    feeds_.reserve(feeds.size());
    for (MarketFeed* const feed : feeds) feeds_.push_back(std::make_unique<SharedFeed>(*feed, cursors));
  }

  [[nodiscard]] MarketFeed& cursor(std::size_t instrument, std::size_t set) { return feeds_[instrument]->cursor(set); }
  void leave(std::size_t set) {
    for (const auto& feed : feeds_) feed->leave(set);
  }
  // The next slice: the time to which, and at which, no run reads beyond what is loaded.
  Result<UnixNanos> load_slice() {
    const UnixNanos before = *std::ranges::min_element(reach_);
    for (std::size_t loaded = 0;;) {
      const auto behind = std::ranges::min_element(reach_);
      if (*behind == SharedFeed::kEnd) return *behind;
      if (loaded >= BookSweep::kLeastSliceRows && *behind > before) return *behind;
      SharedFeed& feed = *feeds_[static_cast<std::size_t>(behind - reach_.begin())];
      const std::size_t held = feed.held_rows();
      const Result<UnixNanos> reach = feed.load_more();
      if (!reach) return std::unexpected(reach.error());
      *behind = *reach;
      if (feed.held_rows() > held) loaded += feed.held_rows() - held;
    }
  }

 private:
  std::vector<std::unique_ptr<SharedFeed>> feeds_;
  std::vector<UnixNanos> reach_;
};

}  // namespace

// A set on its way through the rows.
struct BookSweep::Lane {
  std::unique_ptr<Engine> engine;
  bool has_more = true;
  std::optional<Error> error = {};

  void take(const Result<bool>& more) {
    if (!more) error = more.error();
    has_more = more.value_or(false);
  }
  void begin() {
    take(guarded([this]() -> Result<bool> {
      if (Result<void> begun = engine->begin(); !begun) return std::unexpected(begun.error());
      return true;
    }));
  }
  void run_until(UnixNanos until) {
    if (has_more) take(guarded([&] { return engine->run_until(until); }));
  }
};

BookSweep::BookSweep(std::vector<InstrumentSetup> setups, EngineOptions options, std::vector<BookSet> sets)
    : setups_(std::move(setups)), options_(options), sets_(std::move(sets)), ends_(sets_.size()) {
  ACTS_ASSERT(!setups_.empty());
}

Result<void> BookSweep::run(std::span<MarketFeed* const> feeds, std::size_t threads) {
  ACTS_ASSERT(threads > 0 && feeds.size() == setups_.size());
  SharedMarket market(feeds, sets_.size());
  std::vector<Lane> lanes(sets_.size());
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    std::vector<InstrumentSetup> setups = setups_;
    for (std::size_t k = 0; k < setups.size(); ++k) {
      setups[k].feed = &market.cursor(k, i);
      if (sets_[i].accounts != nullptr) {
        join(setups[k], sets_[i].accounts->of(InstrumentId(static_cast<std::uint32_t>(k))));
      }
    }
    lanes[i].engine = std::make_unique<Engine>(std::move(setups), *sets_[i].strategy, options_, sets_[i].listener);
  }
  const std::size_t shares = std::clamp<std::size_t>(lanes.size(), 1, threads);
  bool has_begun = false;
  for (bool is_last = false; !is_last;) {
    const Result<UnixNanos> until = market.load_slice();
    if (!until) return std::unexpected(until.error());
    is_last = *until == SharedFeed::kEnd;
    const auto run_share = [&](std::size_t share) {
      for (std::size_t i = share; i < lanes.size(); i += shares) {
        if (!has_begun) lanes[i].begin();
        lanes[i].run_until(*until);
      }
    };
    std::vector<std::jthread> others;
    others.reserve(shares - 1);
    for (std::size_t share = 1; share < shares; ++share) others.emplace_back(run_share, share);
    run_share(0);
    others.clear();  // joins them
    has_begun = true;
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      if (lanes[i].error) {
        return fail(lanes[i].error->code,
                    fmt::format("parameter set {}: {}", sets_[i].number, lanes[i].error->message));
      }
      if (!lanes[i].has_more) market.leave(i);
    }
  }
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    Result<RunEnd> end = guarded([&]() -> Result<RunEnd> { return lanes[i].engine->finish(); });
    if (!end) return fail(end.error().code, fmt::format("parameter set {}: {}", sets_[i].number, end.error().message));
    ends_[i] = *std::move(end);
  }
  return {};
}

}  // namespace acts::backtest
