#include "history/query/recording_gaps.hpp"

#include <fmt/format.h>

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "acts/base/time.hpp"

#include "history/day_recording.hpp"
#include "history/engine/row_table.hpp"
#include "recording/archive.hpp"
#include "recording/layout.hpp"

namespace acts::history {
namespace {

const RowSchema& gap_schema() {
  static const RowSchema kSchema{{{"venue", ColumnType::kText, false},
                                  {"symbol", ColumnType::kText, false},
                                  {"first", ColumnType::kTime, true},
                                  {"last", ColumnType::kTime, false},
                                  {"cause", ColumnType::kText, false},
                                  {"last_update_before", ColumnType::kCount, false},
                                  {"first_update_after", ColumnType::kCount, true},
                                  {"healed_at", ColumnType::kTime, true},
                                  {"snapshot", ColumnType::kCount, true}}};
  return kSchema;
}

using Symbol = std::pair<Venue, std::string>;

Result<std::vector<Symbol>> symbols_of(const std::string& data_dir) {
  const auto files = list_recordings(data_dir);
  if (!files) return std::unexpected(files.error());
  std::set<Symbol> symbols;
  for (const RecordingFile& file : *files) {
    const auto venue = parse_venue(file.venue);
    if (venue && !file.symbol.empty() && file.symbol != kSessionName) symbols.emplace(*venue, file.symbol);
  }
  return std::vector(symbols.begin(), symbols.end());
}

MinuteRow row_of(const Symbol& symbol, const DepthGap& gap) {
  const auto time = [](const std::optional<UnixNanos>& at) { return at ? Value{*at} : Value{}; };
  const auto id = [](const std::optional<UpdateId>& of) { return of ? Value{of->value()} : Value{}; };
  return {{std::string(to_string(symbol.first)), symbol.second, time(gap.received_before), gap.at,
           std::string(gap.cause), gap.last_before.value(), id(gap.first_after), time(gap.healed_at),
           id(gap.snapshot)}};
}

// Day after day, symbol after symbol.
class RecordingGaps final : public TableRows {
 public:
  RecordingGaps(std::string data_dir, std::vector<Symbol> symbols, std::function<bool()> is_stopped)
      : data_dir_(std::move(data_dir)), symbols_(std::move(symbols)), is_stopped_(std::move(is_stopped)) {}

  Result<bool> next(MinuteRow& row) override {
    while (rows_.empty()) {
      Result<bool> read = read_day();
      if (!read || !*read) return read;
    }
    row = std::move(rows_.front());
    rows_.pop_front();
    return true;
  }

 private:
  // False: there is none any more.
  Result<bool> read_day() {
    while (days_.empty()) {
      if (next_symbol_ == symbols_.size()) return false;
      symbol_ = symbols_[next_symbol_++];
      const auto days = recorded_days(data_dir_, std::string(to_string(symbol_.first)), symbol_.second);
      if (!days) return std::unexpected(days.error());
      days_.assign(days->begin(), days->end());
    }
    const UnixNanos day = days_.front();
    days_.pop_front();
    const auto facts = day_recording(data_dir_, symbol_.first, symbol_.second, day, is_stopped_);
    if (!facts) return std::unexpected(facts.error());
    if (facts->gap_count > facts->gaps.size()) {
      return fail(ErrorCode::kStorage, fmt::format("{} has {} gaps on {}: more than can be told", symbol_.second,
                                                   facts->gap_count, to_iso8601(day).substr(0, 10)));
    }
    for (const DepthGap& gap : facts->gaps) rows_.push_back(row_of(symbol_, gap));
    return true;
  }

  std::string data_dir_;
  std::vector<Symbol> symbols_;
  std::function<bool()> is_stopped_;
  std::size_t next_symbol_ = 0;
  Symbol symbol_;
  std::deque<UnixNanos> days_;
  std::deque<MinuteRow> rows_;
};

}  // namespace

Result<void> add_recording_gaps(Duck& duck, const std::string& data_dir, std::function<bool()> is_stopped) {
  const auto open = [data_dir, stopped = std::move(is_stopped)]() -> Result<std::unique_ptr<TableRows>> {
    auto symbols = symbols_of(data_dir);
    if (!symbols) return std::unexpected(symbols.error());
    return std::make_unique<RecordingGaps>(data_dir, *std::move(symbols), stopped);
  };
  return add_row_view(duck, "recording_gaps", gap_schema(), open);
}

}  // namespace acts::history
