#include "live/row_repair.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "acts/base/time.hpp"
#include "acts/features/row.hpp"
#include "acts/market/venue.hpp"

#include "live/recorded_range.hpp"
#include "live/replay.hpp"
#include "recording/recording_reader.hpp"
#include "store/row_gaps.hpp"
#include "store/row_merge.hpp"
#include "store/row_merger.hpp"

namespace acts {
namespace {

// Of what is before a row's minute nothing matters but the book.
constexpr Nanos kLead = 2 * kMinute;

constexpr std::string_view kMissing = "missing";
constexpr std::string_view kMadeUp = "not_running";

class Repair {
 public:
  Repair(SqliteStore& store, const std::string& data_dir, const std::function<void(const std::string&)>& problem)
      : store_(store), data_dir_(data_dir), problem_(problem) {}

  // What the recording gives of the gap. Errors: kStorage.
  Result<MergeCounts> fill(const RowGap& gap) {
    const auto venue = parse_venue(gap.venue);
    if (!venue) return MergeCounts{};
    auto range = recorded_range({.data_dir = data_dir_,
                                 .venue = *venue,
                                 .symbol = gap.symbol,
                                 .from = gap.first,
                                 .to = gap.last + kMinute,
                                 .before = kLead});
    if (!range && range.error().code == ErrorCode::kStorage) return std::unexpected(range.error());
    if (!range) return MergeCounts{};
    for (const std::string& problem : range->problems) problem_(problem);
    ReplayOptions options;
    options.venue = *venue;
    options.symbols = {gap.symbol};
    options.untold = range->settings.value_or(options.untold);
    if (range->book) {
      options.begins_at_book = true;
      options.books.push_back(std::move(*range->book));
    }
    RecordingReader reader(std::move(range->inputs), range->from);
    return replay(std::move(options), reader, gap);
  }

 private:
  Result<MergeCounts> replay(ReplayOptions options, RecordingReader& reader, const RowGap& gap) {
    const bool has_book = options.begins_at_book;
    std::vector<MinuteRow> rows;
    std::optional<Replay> replay;
    bool is_over = false;
    const auto on_row = [&](MinuteRow&& row) {
      is_over |= row.sample_time() > gap.last;
      if (is_over || row.sample_time() < gap.first) return;
      rows.push_back(in_columns(row, replay->pipeline().schema(), store_.schema()));
    };
    replay.emplace(std::move(options), on_row, problem_);
    const Result<void> done = replay->run(reader, [&is_over] { return is_over; });
    if (!done && !is_over) return std::unexpected(done.error());
    if (has_book ? !replay->unused_books().empty() : !replay->is_complete()) return MergeCounts{};
    RowMerger merger(store_);
    for (MinuteRow& row : rows) {
      if (const Result<void> added = merger.add(std::move(row)); !added) return std::unexpected(added.error());
    }
    if (const Result<void> added = merger.finish(); !added) return std::unexpected(added.error());
    return merger.counts();
  }

  SqliteStore& store_;
  const std::string& data_dir_;
  const std::function<void(const std::string&)>& problem_;
};

// Within the range's time, of those between a symbol's first row and its last one.
Result<std::vector<RowGap>> gaps_to_fill(SqliteStore& store, const RowRange& range) {
  std::vector<RowGap> all;
  const auto take = [&](std::vector<RowGap> gaps) {
    for (RowGap& gap : gaps) {
      if (gap.state != kMissing && gap.reason != kMadeUp) continue;
      // Of times without a bound none is as near to the end of what can be told.
      if (range.from > gap.first) gap.first = next_multiple(range.from - Nanos{1}, kMinute);
      if (range.to <= gap.last) gap.last = floor_to(range.to - Nanos{1}, kMinute);
      if (gap.first <= gap.last) all.push_back(std::move(gap));
    }
  };
  GapFinder finder(store.schema(), std::nullopt, std::nullopt);
  RowRange whole;
  whole.venue = range.venue;
  whole.symbol = range.symbol;
  const auto read = store.read(whole, [&](const MinuteRow& row) {
    take(finder.add(row));
    return true;
  });
  if (!read) return std::unexpected(read.error());
  take(finder.finish());
  return all;
}

}  // namespace

Result<std::vector<RowRepair>> repair_rows(SqliteStore& store, const std::string& data_dir, const RowRange& range,
                                           const std::function<void(const std::string&)>& problem) {
  const Result<std::vector<RowGap>> gaps = gaps_to_fill(store, range);
  if (!gaps) return std::unexpected(gaps.error());
  std::vector<RowRepair> all;
  Repair repair(store, data_dir, problem);
  for (const RowGap& gap : *gaps) {
    const Result<MergeCounts> counts = repair.fill(gap);
    if (!counts) return std::unexpected(counts.error());
    if (all.empty() || all.back().venue != gap.venue || all.back().symbol != gap.symbol) {
      all.push_back({.venue = gap.venue, .symbol = gap.symbol});
    }
    RowRepair& of = all.back();
    (gap.state == kMissing ? of.missing : of.made_up) += static_cast<std::size_t>(gap.minutes());
    of.added += counts->added;
    of.replaced += counts->taken;
  }
  return all;
}

}  // namespace acts
