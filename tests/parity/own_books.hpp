// Position, cash, fees and funding kept beside a run, out of its fills and times of funding alone, in whole numbers:
// what each sample and the end of the run must say. Prices and quantities are whole numbers here.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "acts/market/order.hpp"

#include "backtest/run_listener.hpp"
#include "sim/account/funding_book.hpp"

namespace acts::backtest {

class OwnBooks {
 public:
  static constexpr Decimal kMaker{-5, 5};
  static constexpr Decimal kTaker{70, 5};

  // `times`: each with a mark, which is a whole number, and a rate of kScale decimals.
  void expect_funding(std::vector<sim::FundingTime> times) { times_ = std::move(times); }

  void on_fill(const Fill& fill) { under_way_.push_back(fill); }

  // Whether it says what the fills that are known by then come to: of those that become known at this very time, the
  // first so many.
  [[nodiscard]] bool agrees(const Sample& sample) {
    ++samples_;
    while (has_before(sample.ts)) take_next();
    while (!is_of(sample.position) && !under_way_.empty() && under_way_.front().ts_recv == sample.ts) take_next();
    return is_of(sample.position) && is_equity(sample);
  }

  // Whether it is what all fills come to, and what was funded within `end`.
  [[nodiscard]] bool agrees(const Position& position, UnixNanos end) {
    while (!under_way_.empty()) take_next();
    fund_until(end);
    return is_of(position) && position.funding == Decimal{funding_, kScale};
  }

  [[nodiscard]] std::size_t samples() const { return samples_; }
  [[nodiscard]] std::size_t fundings() const { return fundings_; }

 private:
  static constexpr int kScale = 5;

  [[nodiscard]] bool has_before(UnixNanos ts) const { return !under_way_.empty() && under_way_.front().ts_recv < ts; }

  // Funding is of what is held at the venue: so fills stay in `held_`, by its time.
  void take_next() {
    const Fill fill = under_way_.front();
    under_way_.pop_front();
    const std::int64_t quantity = sign(fill.side) * fill.quantity.units();
    const std::int64_t value = fill.quantity.units() * fill.price.units();
    position_ += quantity;
    cash_ -= quantity * fill.price.units();
    const Decimal& rate = fill.liquidity == Liquidity::kMaker ? kMaker : kTaker;
    fee_ += static_cast<std::int64_t>(rate.units) * value;
    held_.push_back({fill.ts_event, quantity});
  }

  void fund_until(UnixNanos end) {
    for (const sim::FundingTime& time : times_) {
      if (time.at > end) break;
      std::int64_t held = 0;
      for (const Held& change : held_) held += change.ts_event < time.at ? change.quantity : 0;
      funding_ -= held * static_cast<std::int64_t>(time.mark->units) * static_cast<std::int64_t>(time.rate.units);
      ++fundings_;
    }
  }

  [[nodiscard]] bool is_of(const Position& told) const {
    return told.quantity.units() == position_ && told.cash == Decimal{cash_, 0} && told.fee == Decimal{fee_, kScale};
  }

  [[nodiscard]] static int128 scaled(const Decimal& value) { return value.units * power_of_ten(9 - value.scale); }

  // cash + position x mark - fee + funding
  [[nodiscard]] static bool is_equity(const Sample& sample) {
    const Position& told = sample.position;
    const Decimal mark = sample.mark.value_or(Decimal{});
    const int128 worth = scaled(mark) * told.quantity.units();
    return scaled(sample.equity) == scaled(told.cash) + worth - scaled(told.fee) + scaled(told.funding);
  }

  struct Held {
    UnixNanos ts_event;
    std::int64_t quantity;
  };

  std::deque<Fill> under_way_;  // at the venue, and not known here yet
  std::vector<Held> held_;
  std::vector<sim::FundingTime> times_;
  std::int64_t position_ = 0;
  std::int64_t cash_ = 0;
  std::int64_t fee_ = 0;
  std::int64_t funding_ = 0;
  std::size_t samples_ = 0;
  std::size_t fundings_ = 0;
};

}  // namespace acts::backtest
