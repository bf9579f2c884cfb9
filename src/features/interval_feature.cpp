#include "acts/features/interval_feature.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <utility>

#include "acts/base/nearest_name.hpp"
#include "acts/base/ratio.hpp"
#include "acts/features/minute_clock.hpp"

namespace acts {
namespace {

using Sample = const IntervalSample&;
using Compute = decltype(IntervalFeature::compute);
using Text = std::string_view;

constexpr int128 kDenominatorEnd = int128{1} << 126;  // of nearest_double()

// numerator / denominator x 10^decimals. Unknown where the denominator is not positive, and where 128 bits do not hold
// the product, which no market comes near.
Value ratio(int128 numerator, int128 denominator, int decimals = 0) {
  int128& grows = decimals > 0 ? numerator : denominator;
  if (__builtin_mul_overflow(grows, int128{power_of_ten(std::abs(decimals))}, &grows)) return {};
  if (denominator <= 0 || denominator >= kDenominatorEnd) return {};
  return nearest_double(numerator, denominator);
}

Value known(Sample s, Value value) { return s.flow.observed > Nanos{0} && s.flow.fits ? std::move(value) : Value{}; }
Value traded(Sample s, Value value) { return s.flow.has_trades && s.flow.fits ? std::move(value) : Value{}; }

Decimal price(Sample s, int128 units) { return {units, s.flow.scales.price}; }
Decimal quantity(Sample s, int128 units) { return {units, s.flow.scales.quantity}; }

// Half of an odd number of units takes one decimal more.
Decimal half(int128 units, int scale) {
  return units % 2 == 0 ? Decimal{units / 2, scale} : Decimal{units * 5, scale + 1};
}

// Over the observed time, of a sum in units of 10^-scale x nanoseconds; it has at most 112 bits (flow.cpp).
Value time_average(Sample s, int128 sum, int scale) { return known(s, ratio(sum, s.flow.observed.count(), -scale)); }

Value mid_average(Sample s) {
  return known(s, ratio(s.flow.bid_plus_ask_time, int128{2} * s.flow.observed.count(), -s.flow.scales.price));
}

Value vwap(Sample s) {
  return traded(s, ratio(s.flow.notional, s.flow.buy_quantity + s.flow.sell_quantity, -s.flow.scales.price));
}

Value trade_imbalance(Sample s) {
  const FlowSample& f = s.flow;
  return traded(s, ratio(f.buy_quantity - f.sell_quantity, f.buy_quantity + f.sell_quantity));
}

// The square root is correctly rounded wherever IEEE 754 holds.
Value realized_volatility(Sample s) { return known(s, std::sqrt(s.flow.squared_returns)); }

Value depth(Sample s, const std::optional<LevelsSample>& levels) {
  if (!levels) return {};
  return Decimal{levels->quantity, s.quotes->scales.quantity};
}

Value level_imbalance(const IntervalSample::Levels& levels) {
  if (!levels.bid || !levels.ask) return {};
  return ratio(levels.bid->quantity - levels.ask->quantity, levels.bid->quantity + levels.ask->quantity);
}

// `sign`: +1 where the level lies below mid. Twice the quantity over twice the distance, each in its units.
Value slope(Sample s, const std::optional<LevelsSample>& levels, int sign) {
  if (!levels) return {};
  const int128 distance = sign * (s.quotes->bid_plus_ask() - int128{2} * levels->last.units());
  const Scales scales = s.quotes->scales;
  return ratio(2 * levels->quantity, distance, int{scales.price} - int{scales.quantity});
}

Value mid_return(Sample s, const std::optional<DoubledMid>& earlier) {
  if (!s.mid || !earlier) return {};
  const int scale = std::max(s.mid->scale, earlier->scale);
  int128 now = 0;
  int128 then = 0;
  if (__builtin_mul_overflow(s.mid->units, int128{power_of_ten(scale - s.mid->scale)}, &now) ||
      __builtin_mul_overflow(earlier->units, int128{power_of_ten(scale - earlier->scale)}, &then)) {
    return {};
  }
  return ratio(now - then, then);
}

constexpr IntervalFeature of_interval(Text name, Text unit, ColumnType type, Text definition, Compute compute) {
  return {name, unit, definition, type, FeatureParameter::kNone, compute};
}
constexpr IntervalFeature of_levels(Text name, Text unit, ColumnType type, Text definition, Compute compute) {
  return {name, unit, definition, type, FeatureParameter::kLevels, compute};
}
constexpr IntervalFeature of_horizon(Text name, Text unit, ColumnType type, Text definition, Compute compute) {
  return {name, unit, definition, type, FeatureParameter::kHorizon, compute};
}

constexpr auto kFeatures = std::to_array<IntervalFeature>({
    of_interval(
        "observed_ms", "ms", ColumnType::kCount,
        "time within the interval in which the book was in sync and had both sides: what the averages, extremes "
        "and flows of the book stand on",
        [](Sample s, std::size_t) { return Value{(s.flow.observed.count() + 500'000) / 1'000'000}; }),
    of_interval("twa_mid", "quote/base", ColumnType::kRatio, "mid price, averaged over the observed time",
                [](Sample s, std::size_t) { return mid_average(s); }),
    of_interval("twa_spread", "quote/base", ColumnType::kRatio, "spread, averaged over the observed time",
                [](Sample s, std::size_t) { return time_average(s, s.flow.spread_time, s.flow.scales.price); }),
    of_interval(
        "twa_bid_quantity", "base", ColumnType::kRatio, "quantity at the best bid, averaged over the observed time",
        [](Sample s, std::size_t) { return time_average(s, s.flow.bid_quantity_time, s.flow.scales.quantity); }),
    of_interval(
        "twa_ask_quantity", "base", ColumnType::kRatio, "quantity at the best ask, averaged over the observed time",
        [](Sample s, std::size_t) { return time_average(s, s.flow.ask_quantity_time, s.flow.scales.quantity); }),
    of_interval("spread_min", "quote/base", ColumnType::kDecimal, "the least spread within the observed time",
                [](Sample s, std::size_t) { return known(s, price(s, s.flow.spread_min)); }),
    of_interval("spread_max", "quote/base", ColumnType::kDecimal, "the largest spread within the observed time",
                [](Sample s, std::size_t) { return known(s, price(s, s.flow.spread_max)); }),
    of_interval("mid_low", "quote/base", ColumnType::kDecimal, "the lowest mid price within the observed time",
                [](Sample s, std::size_t) { return known(s, half(s.flow.bid_plus_ask_min, s.flow.scales.price)); }),
    of_interval("mid_high", "quote/base", ColumnType::kDecimal, "the highest mid price within the observed time",
                [](Sample s, std::size_t) { return known(s, half(s.flow.bid_plus_ask_max, s.flow.scales.price)); }),
    of_interval("mid_changes", "changes", ColumnType::kCount, "depth events that changed the mid price",
                [](Sample s, std::size_t) { return known(s, s.flow.mid_changes); }),
    of_interval("realized_volatility", "ratio", ColumnType::kRatio,
                "square root of the sum of squared returns of the mid price from depth event to depth event (Andersen, "
                "Bollerslev, Diebold and Labys 2003, with simple returns)",
                [](Sample s, std::size_t) { return realized_volatility(s); }),
    of_interval(
        "order_flow_imbalance", "base", ColumnType::kDecimal,
        "sum over depth events of what the change of the best prices and quantities adds to the bid less what it "
        "adds to the ask (Cont, Kukanov and Stoikov 2014, equation 4)",
        [](Sample s, std::size_t) { return known(s, quantity(s, s.flow.order_flow)); }),
    of_interval("buy_volume", "base", ColumnType::kDecimal, "traded with the buyer as the aggressor",
                [](Sample s, std::size_t) { return traded(s, quantity(s, s.flow.buy_quantity)); }),
    of_interval("sell_volume", "base", ColumnType::kDecimal, "traded with the seller as the aggressor",
                [](Sample s, std::size_t) { return traded(s, quantity(s, s.flow.sell_quantity)); }),
    of_interval("buy_count", "trades", ColumnType::kCount,
                "trades with the buyer as the aggressor; an aggregate counts as those it stands for",
                [](Sample s, std::size_t) { return s.flow.has_trades ? Value{s.flow.buys} : Value{}; }),
    of_interval("sell_count", "trades", ColumnType::kCount,
                "trades with the seller as the aggressor; an aggregate counts as those it stands for",
                [](Sample s, std::size_t) { return s.flow.has_trades ? Value{s.flow.sells} : Value{}; }),
    of_interval("vwap", "quote/base", ColumnType::kRatio, "average price of what was traded, weighted by quantity",
                [](Sample s, std::size_t) { return vwap(s); }),
    of_interval("trade_imbalance", "ratio", ColumnType::kRatio,
                "(buy_volume - sell_volume) / (buy_volume + sell_volume), empty when both are zero",
                [](Sample s, std::size_t) { return trade_imbalance(s); }),
    of_levels("bid_depth_N", "base", ColumnType::kDecimal, "quantity of the first N bid levels, empty with fewer",
              [](Sample s, std::size_t i) { return depth(s, s.levels[i].bid); }),
    of_levels("ask_depth_N", "base", ColumnType::kDecimal, "quantity of the first N ask levels, empty with fewer",
              [](Sample s, std::size_t i) { return depth(s, s.levels[i].ask); }),
    of_levels("imbalance_N", "ratio", ColumnType::kRatio,
              "(bid_depth_N - ask_depth_N) / (bid_depth_N + ask_depth_N) (of one level: Gould and Bonart 2016)",
              [](Sample s, std::size_t i) { return level_imbalance(s.levels[i]); }),
    of_levels("bid_slope_N", "base2/quote", ColumnType::kRatio,
              "bid_depth_N / (mid - price of the N-th bid): quantity for each unit of price (slope of the demand "
              "schedule, Kalay, Sade and Wohl 2004)",
              [](Sample s, std::size_t i) { return slope(s, s.levels[i].bid, 1); }),
    of_levels("ask_slope_N", "base2/quote", ColumnType::kRatio,
              "ask_depth_N / (price of the N-th ask - mid): quantity for each unit of price (slope of the supply "
              "schedule, Kalay, Sade and Wohl 2004)",
              [](Sample s, std::size_t i) { return slope(s, s.levels[i].ask, -1); }),
    of_horizon("mid_return_H", "ratio", ColumnType::kRatio,
               "mid / (mid of H before) - 1; empty where the book was not in sync at either boundary",
               [](Sample s, std::size_t i) { return mid_return(s, s.earlier_mids[i]); }),
});

// "imbalance_N" -> "imbalance".
Text stem_of(const IntervalFeature& feature) {
  Text name = feature.name;
  if (feature.parameter != FeatureParameter::kNone) name.remove_suffix(2);
  return name;
}

const IntervalFeature* find_feature(Text name) {
  const auto* const found =
      std::ranges::find_if(kFeatures, [&](const auto& f) { return f.name == name || stem_of(f) == name; });
  return found == kFeatures.end() ? nullptr : found;
}

std::unexpected<Error> unknown_name(Text name) {
  std::vector<Text> names;
  names.reserve(kFeatures.size());
  for (const IntervalFeature& feature : kFeatures) names.push_back(feature.name);
  const Text nearest = nearest_name(name, names);
  const std::string advice =
      nearest.empty() ? std::string("'acts features' lists them") : fmt::format("did you mean {}?", nearest);
  constexpr std::size_t kMostShown = 80;
  return fail(ErrorCode::kUsage, fmt::format("no feature '{}': {}", name.substr(0, kMostShown), advice));
}

Result<void> check_interval(Nanos interval) {
  const bool is_whole = interval % std::chrono::milliseconds{1} == Nanos{0};
  if (is_whole && interval >= MinuteClock::kLeastInterval && interval <= MinuteClock::kMostInterval) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("an interval of {}: it is whole milliseconds, from {} to {}", to_string(interval),
                          to_string(MinuteClock::kLeastInterval), to_string(MinuteClock::kMostInterval)));
}

template <typename T>
bool has_twice(std::vector<T> values) {
  std::ranges::sort(values);
  return std::ranges::adjacent_find(values) != values.end();
}

Result<void> check_levels(const std::vector<std::size_t>& levels) {
  for (const std::size_t n : levels) {
    if (n == 0 || n > IntervalFeatures::kMostLevels) {
      return fail(ErrorCode::kUsage, fmt::format("{} levels: 1 to {} can be taken", n, IntervalFeatures::kMostLevels));
    }
  }
  if (levels.size() > IntervalFeatures::kMostParameters) {
    return fail(ErrorCode::kUsage, fmt::format("more than {} numbers of levels", IntervalFeatures::kMostParameters));
  }
  if (has_twice(levels)) return fail(ErrorCode::kUsage, "the same number of levels twice");
  return {};
}

Result<void> check_horizons(const std::vector<Nanos>& horizons, Nanos interval) {
  for (const Nanos horizon : horizons) {
    if (horizon <= Nanos{0} || horizon % interval != Nanos{0} ||
        horizon / interval > IntervalFeatures::kMostIntervals) {
      return fail(ErrorCode::kUsage,
                  fmt::format("a horizon of {}: it is a multiple of the interval, {}, and at most {} "
                              "of them",
                              to_string(horizon), to_string(interval), IntervalFeatures::kMostIntervals));
    }
  }
  if (horizons.size() > IntervalFeatures::kMostParameters) {
    return fail(ErrorCode::kUsage, fmt::format("more than {} horizons", IntervalFeatures::kMostParameters));
  }
  if (has_twice(horizons)) return fail(ErrorCode::kUsage, "the same horizon twice");
  return {};
}

}  // namespace

std::span<const IntervalFeature> all_interval_features() noexcept { return kFeatures; }

Result<IntervalFeatures> IntervalFeatures::make(const IntervalFeatureOptions& options) {
  if (auto checked = check_interval(options.interval); !checked) return std::unexpected(checked.error());
  if (auto checked = check_levels(options.levels); !checked) return std::unexpected(checked.error());
  IntervalFeatures result;
  result.interval_ = options.interval;
  result.levels_ = options.levels;
  result.horizons_ = options.horizons;
  if (result.horizons_.empty()) result.horizons_.push_back(options.interval);
  if (auto checked = check_horizons(result.horizons_, options.interval); !checked) {
    return std::unexpected(checked.error());
  }
  for (const std::string& name : options.names) {
    if (auto added = result.add(name); !added) return std::unexpected(added.error());
  }
  return result;
}

Result<void> IntervalFeatures::add(std::string_view name) {
  const bool is_all = name == "all";
  const IntervalFeature* const one = is_all ? nullptr : find_feature(name);
  if (!is_all && one == nullptr) return unknown_name(name);
  for (const IntervalFeature& feature : kFeatures) {
    if (!is_all && &feature != one) continue;
    if (std::ranges::find(choices_, &feature, &Choice::feature) != choices_.end()) {
      return fail(ErrorCode::kUsage, fmt::format("{} is named twice", feature.name));
    }
    add(feature);
  }
  return {};
}

void IntervalFeatures::add(const IntervalFeature& feature) {
  const auto add_column = [&](std::string name, std::size_t at) {
    choices_.push_back({&feature, at});
    columns_.push_back({std::move(name), feature.type, true});
  };
  switch (feature.parameter) {
    case FeatureParameter::kNone: add_column(std::string(feature.name), 0); break;
    case FeatureParameter::kLevels:
      for (std::size_t i = 0; i < levels_.size(); ++i)
        add_column(fmt::format("{}_{}", stem_of(feature), levels_[i]), i);
      break;
    case FeatureParameter::kHorizon:
      for (std::size_t i = 0; i < horizons_.size(); ++i) {
        add_column(fmt::format("{}_{}", stem_of(feature), to_string(horizons_[i])), i);
      }
      break;
  }
}

bool IntervalFeatures::has(FeatureParameter parameter) const {
  return std::ranges::any_of(choices_, [&](const Choice& choice) { return choice.feature->parameter == parameter; });
}

IntervalSampler::IntervalSampler(IntervalFeatures features)
    : features_(std::move(features)), flow_(features_.interval_) {
  if (features_.has(FeatureParameter::kLevels)) {
    levels_by_depth_.resize(features_.levels_.size());
    std::iota(levels_by_depth_.begin(), levels_by_depth_.end(), std::size_t{0});
    std::ranges::sort(levels_by_depth_, {}, [this](std::size_t i) { return features_.levels_[i]; });
  }
  if (features_.has(FeatureParameter::kHorizon)) {
    const Nanos longest = std::ranges::max(features_.horizons_);
    intervals_kept_ = static_cast<std::size_t>(longest / features_.interval_);
  }
}

void IntervalSampler::on_book(const OrderBook& book, bool in_sync, QuotesCause cause, UnixNanos now) {
  flow_.on_quotes(in_sync ? quotes_of(book) : std::nullopt, cause, now);
}

void IntervalSampler::append(MinuteRow& row, const OrderBook* book, bool in_sync, UnixNanos boundary) {
  IntervalSample sample{.flow = flow_.close(boundary)};
  if (book != nullptr) sample.quotes = quotes_of(*book);
  sample.levels.resize(features_.levels_.size());
  if (sample.quotes && !levels_by_depth_.empty()) sample_levels(*book, sample);
  if (intervals_kept_ > 0) sample_mids(sample, in_sync, boundary);
  for (const IntervalFeatures::Choice& choice : features_.choices_) {
    row.values.push_back(choice.feature->compute(sample, choice.at));
  }
}

void IntervalSampler::sample_levels(const OrderBook& book, IntervalSample& sample) const {
  const std::vector<std::size_t>& wanted = features_.levels_;
  for (const Side side : {Side::kBid, Side::kAsk}) {
    LevelsSample sums;
    std::size_t levels = 0;
    auto next = levels_by_depth_.begin();
    book.side(side).walk([&](const BookLevel& level) {
      sums.quantity += level.quantity.units();
      sums.last = level.price;
      if (++levels < wanted[*next]) return true;
      (side == Side::kBid ? sample.levels[*next].bid : sample.levels[*next].ask) = sums;
      return ++next != levels_by_depth_.end();
    });
  }
}

void IntervalSampler::sample_mids(IntervalSample& sample, bool in_sync, UnixNanos boundary) {
  if (last_boundary_ && boundary - *last_boundary_ != features_.interval_) mids_.clear();
  last_boundary_ = boundary;
  if (sample.quotes && in_sync) sample.mid = DoubledMid{sample.quotes->bid_plus_ask(), sample.quotes->scales.price};
  sample.earlier_mids.reserve(features_.horizons_.size());
  for (const Nanos horizon : features_.horizons_) {
    const auto back = static_cast<std::size_t>(horizon / features_.interval_);
    sample.earlier_mids.push_back(back > mids_.size() ? std::nullopt : mids_[mids_.size() - back]);
  }
  mids_.push_back(sample.mid);
  if (mids_.size() > intervals_kept_) mids_.pop_front();
}

}  // namespace acts
