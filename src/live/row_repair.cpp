#include "live/row_repair.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "acts/base/time.hpp"
#include "acts/features/row.hpp"
#include "acts/market/venue.hpp"

#include "live/recorded_range.hpp"
#include "live/replay.hpp"
#include "recording/recording_reader.hpp"
#include "store/row_merge.hpp"
#include "store/row_merger.hpp"

namespace acts {
namespace {

// Of what is before a row's minute nothing matters but the book.
constexpr Nanos kLead = 2 * kMinute;

std::optional<UnixNanos> if_bounded(UnixNanos time) {
  const bool is_bounded = time.value != INT64_MIN && time.value != INT64_MAX;
  return is_bounded ? std::optional(time) : std::nullopt;
}

class Repair {
 public:
  Repair(SqliteStore& store, const std::string& data_dir, const std::function<void(const std::string&)>& problem)
      : store_(store), data_dir_(data_dir), problem_(problem) {}

  // How many of the gap's rows the recording gives. Errors: kStorage.
  Result<std::size_t> fill(const RowGap& gap) {
    const auto venue = parse_venue(gap.venue);
    if (!venue) return 0U;
    auto range = recorded_range({.data_dir = data_dir_,
                                 .venue = *venue,
                                 .symbol = gap.symbol,
                                 .from = gap.first,
                                 .to = gap.last + kMinute,
                                 .before = kLead});
    if (!range && range.error().code == ErrorCode::kStorage) return std::unexpected(range.error());
    if (!range) return 0U;
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
  Result<std::size_t> replay(ReplayOptions options, RecordingReader& reader, const RowGap& gap) {
    RowMerger merger(store_);
    std::optional<Replay> replay;
    Result<void> added;
    bool is_over = false;
    const auto on_row = [&](MinuteRow&& row) {
      is_over |= !added || row.sample_time() > gap.last;
      if (is_over || row.sample_time() < gap.first) return;
      added = merger.add(in_columns(row, replay->pipeline().schema(), store_.schema()));
    };
    replay.emplace(std::move(options), on_row, problem_);
    const Result<void> done = replay->run(reader, [&is_over] { return is_over; });
    if (!done && !is_over) return std::unexpected(done.error());
    if (added) added = merger.finish();
    if (!added) return std::unexpected(added.error());
    return merger.counts().added;
  }

  SqliteStore& store_;
  const std::string& data_dir_;
  const std::function<void(const std::string&)>& problem_;
};

}  // namespace

Result<std::vector<RowGap>> missing_rows(SqliteStore& store, const RowRange& range) {
  std::vector<RowGap> missing;
  const auto take = [&missing](std::vector<RowGap> gaps) {
    for (RowGap& gap : gaps) {
      if (gap.state == "missing") missing.push_back(std::move(gap));
    }
  };
  GapFinder finder(store.schema(), if_bounded(range.from), if_bounded(range.to));
  const auto read = store.read(range, [&](const MinuteRow& row) {
    take(finder.add(row));
    return true;
  });
  if (!read) return std::unexpected(read.error());
  take(finder.finish());
  return missing;
}

Result<std::vector<RowRepair>> repair_rows(SqliteStore& store, const std::string& data_dir, const RowRange& range,
                                           const std::function<void(const std::string&)>& problem) {
  const Result<std::vector<RowGap>> missing = missing_rows(store, range);
  if (!missing) return std::unexpected(missing.error());
  std::vector<RowRepair> all;
  Repair repair(store, data_dir, problem);
  for (const RowGap& gap : *missing) {
    const Result<std::size_t> added = repair.fill(gap);
    if (!added) return std::unexpected(added.error());
    if (all.empty() || all.back().venue != gap.venue || all.back().symbol != gap.symbol) {
      all.push_back({.venue = gap.venue, .symbol = gap.symbol});
    }
    all.back().missing += static_cast<std::size_t>(gap.minutes());
    all.back().added += *added;
  }
  return all;
}

}  // namespace acts
