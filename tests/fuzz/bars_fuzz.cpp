// Intervals and sizes as typed, and bars of any trades: no volume, trade or id is lost or told twice, and bars of time
// do not overlap.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "acts/base/assert.hpp"

#include "history/bars/bar_source.hpp"

using namespace acts;
using namespace acts::history;

namespace {

class Trades final : public RowSource {
 public:
  explicit Trades(std::string_view bytes) : bytes_(bytes) {}
  // Eight bytes a trade: steps of id and time, price, quantity, side.
  Result<bool> next(Row& row) override {
    if (bytes_.size() < 8) return false;
    const auto byte = [this](std::size_t i) {
      return static_cast<std::int64_t>(static_cast<unsigned char>(bytes_[i]));
    };
    id_ += 1 + byte(0) / 32;
    time_ += (byte(1) - 16) * (std::int64_t{1} << (byte(2) % 34));
    row = {};
    row.values[0] = id_;
    row.values[1] = time_;
    row.values[2] = byte(3) << (byte(4) % 40);
    row.values[3] = byte(5) << (byte(6) % 40);
    row.values[4] = row.values[5] = id_;
    row.values[6] = byte(7) % 2;
    bytes_.remove_prefix(8);
    if (row.values[2] != 0) volume += row.values[3];
    return true;
  }

  int128 volume = 0;  // of the market's

 private:
  std::string_view bytes_;
  std::int64_t id_ = 0;
  std::int64_t time_ = 1'600'000'000'000'000;
};

void make_bars(std::string_view bytes, const BarOptions& options) {
  const Kind& kind = *find_kind("agg_trades");
  Trades trades(bytes);
  BarSource bars(trades, PartReader(kind, DecimalForm::kNarrow, true), DecimalForm::kNarrow, options);
  const bool is_of_time = std::holds_alternative<TimeGrid>(options.rule);
  int128 volume = 0;
  std::int64_t rows = 0;
  std::optional<Row> last;
  Row row;
  // A fill may have more bars than anybody waits for.
  for (int i = 0; i < 5000; ++i) {
    const Result<bool> there = bars.next(row);
    ACTS_ASSERT(there || there.error().code == ErrorCode::kBadInput);
    if (!there) return;
    if (!*there) {
      ACTS_ASSERT(volume == trades.volume);
      ACTS_ASSERT(static_cast<std::uint64_t>(rows) + bars.facts().outside_market == bars.facts().rows);
      return;
    }
    volume += row.values[kBarVolume];
    rows += row.integer(kBarRows);
    ACTS_ASSERT(row.values[kBarLow] <= row.values[kBarOpen] && row.values[kBarOpen] <= row.values[kBarHigh]);
    ACTS_ASSERT(row.values[kBarLow] <= row.values[kBarClose] && row.values[kBarClose] <= row.values[kBarHigh]);
    ACTS_ASSERT(row.values[kBarTakerBuyVolume] <= row.values[kBarVolume]);
    ACTS_ASSERT(!is_of_time || !last || last->integer(kBarCloseTime) < row.integer(kBarOpenTime));
    last = row;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(all.find('\n'), all.size());
  const std::string_view typed = all.substr(0, end);
  const std::string_view bytes = all.substr(std::min(end + 1, all.size()));
  if (const auto grid = TimeGrid::parse(typed)) {
    make_bars(bytes, {.rule = *grid});
    make_bars(bytes, {.rule = *grid, .fill = true});
  }
  for (const BarMeasure measure : {BarMeasure::kTick, BarMeasure::kVolume, BarMeasure::kDollar}) {
    const auto units = sized_units(measure, typed, 16);
    if (!units) continue;
    ACTS_ASSERT(*units > 0);
    make_bars(bytes, {.rule = SizeRule(measure, *units)});
    if (*units <= 1000) make_bars(bytes, {.rule = ImbalanceRule(measure, static_cast<std::int64_t>(*units), 3)});
  }
  return 0;
}
