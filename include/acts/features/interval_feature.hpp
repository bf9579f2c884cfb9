// The features of an interval: what a row can tell besides the columns of every minute row (feature.hpp), at any
// interval from 100 ms to a day. Each is declared once, in the table of interval_feature.cpp, and computed by the same
// code whether the messages come now or from a recording. A value is made of messages with ts_recv before the row's
// boundary, and of nothing else: whoever makes rows (collector/market_pipeline.hpp) closes an interval before it looks
// at what came on the boundary or later.
//
// Decimals are exact; ratios are the double nearest to the exact rational value. The one exception is
// realized_volatility, which adds up squares of such doubles in the order of receipt: the same everywhere, but rounded
// at each step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/features/flow.hpp"
#include "acts/features/row.hpp"
#include "acts/market/order_book.hpp"

namespace acts {

// Mid of a moment, doubled, in units of 10^-scale.
struct DoubledMid {
  int128 units = 0;
  int scale = 0;
};

// The first N levels of one side.
struct LevelsSample {
  int128 quantity = 0;  // all together, in units of the book's quantity scale
  Price last;           // of the N-th
};

// Everything the features of one interval are computed from.
struct IntervalSample {
  FlowSample flow{};
  // Of the boundary; none without a usable snapshot, or with an empty side.
  std::optional<Quotes> quotes{};
  // For each N; none where the side has fewer levels, or quotes are not known.
  struct Levels {
    std::optional<LevelsSample> bid{};
    std::optional<LevelsSample> ask{};
  };
  std::vector<Levels> levels{};
  // Of the boundary, and for each horizon of that long before it: only if the book was in sync then.
  std::optional<DoubledMid> mid{};
  std::vector<std::optional<DoubledMid>> earlier_mids{};
};

// What a feature's columns differ by; its name then ends with "_N" or "_H", where columns have the value.
enum class FeatureParameter : std::uint8_t { kNone, kLevels, kHorizon };

struct IntervalFeature {
  std::string_view name;
  std::string_view unit;
  std::string_view definition;  // one sentence without a final full stop, with its source
  ColumnType type = ColumnType::kRatio;
  FeatureParameter parameter = FeatureParameter::kNone;
  Value (*compute)(const IntervalSample& sample, std::size_t at) = nullptr;  // `at`: of levels or earlier_mids
};

// In the order in which they are listed.
std::span<const IntervalFeature> all_interval_features() noexcept;

// Which of them rows have, and with which parameters.
struct IntervalFeatureOptions {
  Nanos interval = kMinute;  // as MinuteClock takes it
  // Names of all_interval_features(), with or without "_N" and "_H"; "all" means all.
  std::vector<std::string> names = {};
  std::vector<std::size_t> levels = {1, 5, 10};  // N
  std::vector<Nanos> horizons = {};              // H; none: the interval
};

class IntervalFeatures {
 public:
  static constexpr std::size_t kMostParameters = 32;
  static constexpr std::size_t kMostLevels = 1000;
  // A horizon is at most so many intervals: 48 bytes are kept for each.
  static constexpr std::int64_t kMostIntervals = 100'000;

  // None, at an interval of a minute.
  IntervalFeatures() = default;
  // Errors: kUsage for an unknown name (with the nearest one), an interval that MinuteClock does not take, levels or
  // horizons beyond these limits, horizons that are no multiple of the interval, and anything given twice.
  static Result<IntervalFeatures> make(const IntervalFeatureOptions& options);

  [[nodiscard]] bool empty() const { return choices_.empty(); }
  [[nodiscard]] Nanos interval() const { return interval_; }
  // In the order of the names; all columns of a name together.
  [[nodiscard]] std::span<const Column> columns() const { return columns_; }

 private:
  friend class IntervalSampler;
  struct Choice {
    const IntervalFeature* feature;
    std::size_t at;
  };
  Result<void> add(std::string_view name);
  void add(const IntervalFeature& feature);
  [[nodiscard]] bool has(FeatureParameter parameter) const;

  Nanos interval_ = kMinute;
  std::vector<std::size_t> levels_;
  std::vector<Nanos> horizons_;
  std::vector<Choice> choices_;
  std::vector<Column> columns_;
};

// Computes them for one instrument. Pure; not thread-safe. Keeps no reference to its input. A call costs some tens of
// nanoseconds; a row a walk over the largest N levels of each side.
class IntervalSampler {
 public:
  explicit IntervalSampler(IntervalFeatures features);

  // Whenever the book may have changed, and at `now`, which does not go back. Its best prices count as known while its
  // ids are in sync and both sides have levels.
  void on_book(const OrderBook& book, bool in_sync, QuotesCause cause, UnixNanos now);
  void on_trade(const Trade& trade) { flow_.on_trade(trade); }
  void on_ids_restarted() { flow_.on_ids_restarted(); }

  // Adds the columns to the row of the interval that ends at the boundary. `book`: null while it is not to be shown.
  void append(MinuteRow& row, const OrderBook* book, bool in_sync, UnixNanos boundary);

 private:
  void sample_levels(const OrderBook& book, IntervalSample& sample) const;
  void sample_mids(IntervalSample& sample, bool in_sync, UnixNanos boundary);

  IntervalFeatures features_;
  FlowMeter flow_;
  std::vector<std::size_t> levels_by_depth_;  // positions in IntervalFeatures::levels_, ascending
  std::size_t intervals_kept_ = 0;
  // Of past boundaries, the latest last: without holes, as a boundary that was skipped clears them.
  std::deque<std::optional<DoubledMid>> mids_;
  std::optional<UnixNanos> last_boundary_;
};

// What `acts features` prints of them: name, unit, columns and definition of each. The names in the options are not
// looked at; IntervalFeatures::make() takes the rest (asserted).
std::string describe_interval_features(const IntervalFeatureOptions& options);

}  // namespace acts
