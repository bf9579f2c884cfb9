#include "backtest/sweep/book_sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <thread>
#include <tuple>
#include <utility>

#include "acts/base/assert.hpp"

#include "backtest/instrument_setup.hpp"
#include "backtest/shared_feed.hpp"
#include "backtest/strategy_library.hpp"
#include "backtest/sweep/set_failure.hpp"
#include "backtest/sweep/shared_market.hpp"

namespace acts::backtest {
namespace {

// A set on its way through the rows.
struct Lane {
  std::unique_ptr<Engine> engine = {};
  std::optional<std::size_t> cursor = {};  // of its own; none: it is in the shared market
  bool has_more = true;
  std::optional<Error> error = {};

  void take(const Result<bool>& more) {
    if (!more) error = more.error();
    has_more = more.value_or(false);
  }
  void begin() {
    if (!has_more) return;
    take(guarded([this]() -> Result<bool> {
      if (Result<void> begun = engine->begin(); !begun) return std::unexpected(begun.error());
      return true;
    }));
  }
  void run_until(UnixNanos until) {
    if (has_more) take(guarded([&] { return engine->run_until(until); }));
  }
};

// What one thread does: some lanes one by one, and those of its shared market in the order of their next points.
class Share {
 public:
  explicit Share(std::unique_ptr<SharedMarket> market) : market_(std::move(market)) {}
  [[nodiscard]] SharedMarket* market() { return market_.get(); }
  void add(Lane& lane) { lanes_.push_back(&lane); }

  void run_until(UnixNanos until) {
    if (!std::exchange(has_begun_, true)) begin();
    for (Lane* const lane : lanes_) {
      if (lane->cursor) lane->run_until(until);
    }
    while (!points_.empty() && points_.top().at <= until) {
      const Point point = points_.top();
      points_.pop();
      Lane& lane = *lanes_[point.lane];
      lane.run_until(point.at);
      push(point.lane);
    }
  }
  // Nobody goes on in the shared market.
  [[nodiscard]] bool has_left_market() const {
    return std::ranges::none_of(lanes_, [](const Lane* lane) { return !lane->cursor && lane->has_more; });
  }

 private:
  struct Point {
    UnixNanos at;
    std::size_t lane;
    friend bool operator>(const Point& a, const Point& b) { return std::tie(a.at, a.lane) > std::tie(b.at, b.lane); }
  };
  void begin() {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      lanes_[i]->begin();
      if (!lanes_[i]->cursor) push(i);
    }
  }
  void push(std::size_t i) {
    if (lanes_[i]->has_more) points_.push({lanes_[i]->engine->next_point(), i});
  }

  std::unique_ptr<SharedMarket> market_;  // null: no lane shares one
  std::vector<Lane*> lanes_;
  std::priority_queue<Point, std::vector<Point>, std::greater<>> points_;
  bool has_begun_ = false;
};

}  // namespace

BookSweep::BookSweep(std::vector<InstrumentSetup> setups, EngineOptions options, std::vector<BookSet> sets)
    : setups_(std::move(setups)),
      options_(std::move(options)),
      sets_(std::move(sets)),
      ends_(sets_.size()),
      failures_(sets_.size()) {
  ACTS_ASSERT(!setups_.empty());
}

bool BookSweep::can_share(const BookSet& set) const {
  if (setups_.size() > 1 || (set.listener != nullptr && set.listener->wants_marks())) return false;
  // A margin account looks at each row, as it may come to its end at any.
  const sim::Account* const account =
      set.accounts != nullptr ? set.accounts->of(InstrumentId{0}).account : setups_.front().account;
  if (account != nullptr && account->kind() == sim::AccountKind::kMargin) return false;
  const Wants wants = set.strategy->wants();
  return !wants.book && !wants.trades && !wants.bars && wants.features.empty();
}

Result<void> BookSweep::run(std::span<MarketFeed* const> feeds, std::size_t threads) {
  ACTS_ASSERT(threads > 0 && feeds.size() == setups_.size());
  std::vector<Lane> lanes(sets_.size());
  std::vector<Share> shares;
  const std::size_t count = std::clamp<std::size_t>(lanes.size(), 1, threads);
  SharedFeeds shared(feeds, count + lanes.size());
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_one = setups_.size() == 1;
    shares.emplace_back(is_one ? std::make_unique<SharedMarket>(setups_.front().instrument,
                                                                venue_model(setups_.front()), shared.cursor(0, i))
                               : nullptr);
  }
  std::vector<bool> is_used(count + lanes.size());
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    Lane& lane = lanes[i];
    Share& share = shares[i % count];
    lane.take(guarded([&]() -> Result<bool> {
      std::vector<InstrumentSetup> setups = setups_;
      for (std::size_t k = 0; k < setups.size() && sets_[i].accounts != nullptr; ++k) {
        join(setups[k], sets_[i].accounts->of(InstrumentId(static_cast<std::uint32_t>(k))));
      }
      if (can_share(sets_[i])) {
        setups.front().feed = nullptr;
        setups.front().shared = share.market();
      } else {
        lane.cursor = count + i;
        for (std::size_t k = 0; k < setups.size(); ++k) setups[k].feed = &shared.cursor(k, count + i);
      }
      lane.engine = std::make_unique<Engine>(std::move(setups), *sets_[i].strategy, options_, sets_[i].listener);
      return true;
    }));
    if (lane.has_more) is_used[lane.cursor.value_or(i % count)] = true;
    share.add(lane);
  }
  for (std::size_t i = 0; i < is_used.size(); ++i) {
    if (!is_used[i]) shared.leave(i);
  }
  for (bool is_last = false; !is_last;) {
    const Result<UnixNanos> until = shared.load_slice();
    if (!until) return std::unexpected(until.error());
    is_last = *until == SharedFeed::kEnd;
    std::vector<std::jthread> others;
    others.reserve(count - 1);
    for (std::size_t i = 1; i < count; ++i)
      others.emplace_back([&share = shares[i], &until] { share.run_until(*until); });
    shares.front().run_until(*until);
    others.clear();  // joins them
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      if (lanes[i].error && !is_of_set(*lanes[i].error)) return of_set(sets_[i].number, *lanes[i].error);
      if (!lanes[i].has_more && lanes[i].cursor) shared.leave(*lanes[i].cursor);
    }
    // What nobody reads there would be held to the end.
    for (std::size_t i = 0; i < count; ++i) {
      if (shares[i].has_left_market()) shared.leave(i);
    }
  }
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    failures_[i] = std::move(lanes[i].error);
    if (failures_[i]) continue;
    Result<RunEnd> end = guarded([&]() -> Result<RunEnd> { return lanes[i].engine->finish(); });
    if (end) {
      ends_[i] = *std::move(end);
    } else if (is_of_set(end.error())) {
      failures_[i] = end.error();
    } else {
      return of_set(sets_[i].number, end.error());
    }
  }
  return {};
}

}  // namespace acts::backtest
