#include "history/export/hft_messages.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>
#include <variant>

#include "acts/base/ratio.hpp"

namespace acts::history {
namespace {

// Whole numbers below 2^53 and powers of ten up to 10^22 are doubles: their quotient is rounded once.
constexpr std::int64_t kMostWhole = std::int64_t{1} << 53U;

double to_double(std::int64_t units, int scale) {
  if (units >= 0 && units < kMostWhole) {
    return static_cast<double>(units) / static_cast<double>(power_of_ten(scale));
  }
  return nearest_double(units, power_of_ten(scale));
}

void append_levels(std::uint64_t ev, Scales scales, std::span<const Level> levels, std::vector<HftLevel>& out) {
  for (const Level& level : levels) {
    out.push_back({.px = to_double(level.price.units(), scales.price),
                   .qty = to_double(level.quantity.units(), scales.quantity),
                   .ev = static_cast<std::uint32_t>(ev)});
  }
}

void append_side(std::uint64_t side, Scales scales, std::span<const Level> levels, std::vector<HftLevel>& out) {
  double deepest = std::numeric_limits<double>::infinity();
  if (!levels.empty()) {
    const auto [lowest, highest] = std::ranges::minmax(levels, {}, &Level::price);
    deepest = to_double((side == hft::kBuy ? lowest : highest).price.units(), scales.price);
  }
  out.push_back({.px = deepest, .ev = static_cast<std::uint32_t>(hft::kClear | side)});
  append_levels(hft::kSnapshot | side, scales, levels, out);
}

bool is_of_kind(const binance::Message& message, HftMessages::Trades trades) {
  const auto* trade = std::get_if<Trade>(&message.body);
  return trade == nullptr || trade->aggregate == (trades == HftMessages::Trades::kAggregated);
}

void append_best(const BookTicker& ticker, std::vector<HftLevel>& out) {
  append_levels(hft::kBest | hft::kBuy, ticker.scales, {&ticker.bid, 1}, out);
  append_levels(hft::kBest | hft::kSell, ticker.scales, {&ticker.ask, 1}, out);
}

// Of what has none 0.
std::int64_t update_id_of(const binance::Message& message) {
  if (const auto* ticker = std::get_if<BookTicker>(&message.body)) return ticker->update_id.value();
  if (const auto* update = std::get_if<DepthUpdate>(&message.body)) return update->last_update_id.value();
  const auto* snapshot = std::get_if<DepthSnapshot>(&message.body);
  return snapshot == nullptr ? 0 : snapshot->last_update_id.value();
}

}  // namespace

void append_hft_levels(const binance::Message& message, std::vector<HftLevel>& out) {
  if (const auto* update = std::get_if<DepthUpdate>(&message.body)) {
    append_levels(hft::kDepth | hft::kBuy, update->scales, update->bids, out);
    append_levels(hft::kDepth | hft::kSell, update->scales, update->asks, out);
  } else if (const auto* snapshot = std::get_if<DepthSnapshot>(&message.body)) {
    append_side(hft::kBuy, snapshot->scales, snapshot->bids, out);
    append_side(hft::kSell, snapshot->scales, snapshot->asks, out);
  } else if (const auto* trade = std::get_if<Trade>(&message.body); trade != nullptr && trade->market) {
    const std::uint64_t side = trade->aggressor == AggressorSide::kBuy ? hft::kBuy : hft::kSell;
    const Level level{trade->price, trade->quantity};
    append_levels(hft::kTrade | side, trade->scales, {&level, 1}, out);
  }
}

Result<bool> HftMessages::next(HftEvent& event) {
  while (taken_ == levels_.size()) {
    levels_.clear();
    taken_ = 0;
    const auto got = messages_.next();
    if (!got) return std::unexpected(got.error());
    if (*got == RecordedMessages::Got::kEnd) return false;
    if (*got == RecordedMessages::Got::kMessage) {
      take_message();
    } else if (on_problem_) {
      on_problem_(messages_.problem());
    }
  }
  event = event_of(levels_[taken_++], exch_ts_, local_ts_);
  event.ival = update_id_;
  return true;
}

void HftMessages::take_message() {
  const auto* const ticker = std::get_if<BookTicker>(&messages_.message().body);
  if (ticker != nullptr && !tells_best_) return;
  const std::optional<UnixNanos> ts_event = messages_.ts_event();
  const UnixNanos ts_recv = messages_.ts_recv();
  if (ts_event) {
    latest_ = std::max(latest_.value_or(*ts_event), *ts_event);
    venue_time_.add(*ts_event, ts_recv);
  }
  if (!is_of_kind(messages_.message(), trades_)) return;
  append_hft_levels(messages_.message(), levels_);
  if (ticker != nullptr) append_best(*ticker, levels_);
  if (tells_best_) update_id_ = update_id_of(messages_.message());
  local_ts_ = ts_recv.value;
  const UnixNanos without = ticker != nullptr ? venue_time_.of(ts_recv) : latest_.value_or(ts_recv);
  exch_ts_ = ts_event.value_or(without).value;
}

}  // namespace acts::history
