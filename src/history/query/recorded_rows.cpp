#include "history/query/recorded_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "history/engine/kind_table.hpp"
#include "history/engine/parquet_writer.hpp"
#include "history/import/good_rows.hpp"
#include "history/import/recording_rows.hpp"
#include "recording/archive.hpp"
#include "recording/file_ops.hpp"
#include "recording/layout.hpp"

namespace acts::history {
namespace {

constexpr std::uint64_t kRowsBetweenQuestions = 4096;

std::vector<std::string> paths_of(const std::vector<RecordingFile>& files) {
  std::vector<std::string> paths;
  paths.reserve(files.size());
  for (const RecordingFile& file : files) paths.push_back(file.path);
  return paths;
}

// What one branch of a view reads, day after day.
class PartRows final : public RowSource {
 public:
  struct Place {
    std::string data_dir;
    DataSet set;
    std::vector<UnixNanos> days;
  };
  PartRows(Place place, std::function<bool()> is_stopped, std::shared_ptr<std::atomic<std::uint64_t>> unreadable)
      : place_(std::move(place)), is_stopped_(std::move(is_stopped)), unreadable_(std::move(unreadable)) {}

  Result<bool> next(Row& row) override {
    if (++asked_ % kRowsBetweenQuestions == 0 && is_stopped_()) return fail(ErrorCode::kCancelled, "interrupted");
    for (;;) {
      if (rows_) {
        Result<bool> there = rows_->next(row);
        if (!there || *there) return there;
        rows_.reset();
      }
      if (opened_ == place_.days.size()) return false;
      if (Result<void> opened = open(place_.days[opened_++]); !opened) return std::unexpected(opened.error());
    }
  }

 private:
  Result<void> open(UnixNanos day) {
    const auto files = list_segments(place_.data_dir, place_.set.venue, place_.set.symbol, day);
    if (!files) return std::unexpected(files.error());
    if (files->empty()) return {};  // removed since the statement began
    auto reader = open_segment_rows([paths = paths_of(*files)] { return RecordingReader::open(paths); }, place_.set);
    if (!reader) return std::unexpected(reader.error());
    rows_ = std::make_unique<GoodRows>(*std::move(reader), *place_.set.kind, DecimalForm::kWide,
                                       [count = unreadable_](std::string_view) { ++*count; });
    return {};
  }

  Place place_;
  std::function<bool()> is_stopped_;
  std::shared_ptr<std::atomic<std::uint64_t>> unreadable_;
  std::size_t opened_ = 0;  // of the days
  std::unique_ptr<RowSource> rows_;
  std::uint64_t asked_ = 0;
};

// The symbols that have sealed segments, by name: folders below the venue's.
Result<std::vector<std::string>> symbols_of_venue(const std::string& data_dir, std::string_view venue) {
  const std::string folder = recording_directory(data_dir, venue);
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) return std::vector<std::string>{};
  std::vector<std::string> names;
  if (const int status = real_file_ops().list(folder, names); status < 0) {
    return fail(ErrorCode::kStorage, fmt::format("{}: it cannot be listed", folder));
  }
  std::erase_if(names, [](const std::string& name) { return name.starts_with('_') || !is_segment_name(name); });
  std::ranges::sort(names);
  return names;
}

}  // namespace

bool is_recorded_kind(const Kind& kind) noexcept {
  return kind.name == "book_updates" || kind.name == "trades" || kind.name == "agg_trades" ||
         kind.name == "book_ticker";
}

RecordedRows::RecordedRows(std::string data_dir, std::function<bool()> is_stopped)
    : data_dir_(std::move(data_dir)), is_stopped_(std::move(is_stopped)) {}

Result<void> RecordedRows::look() {
  std::vector<Part> symbols;
  std::size_t days_of_all = 0;
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    const auto names = symbols_of_venue(data_dir_, to_string(venue));
    if (!names) return std::unexpected(names.error());
    for (const std::string& name : *names) {
      auto days = recorded_days(data_dir_, std::string(to_string(venue)), name);
      if (!days) return std::unexpected(days.error());
      if (days->empty()) continue;
      days_of_all += days->size();
      symbols.push_back({venue, name, *std::move(days)});
    }
  }
  parts_ = std::make_shared<std::vector<Part>>();
  if (days_of_all > kMostDays) {
    *parts_ = std::move(symbols);
    return {};
  }
  parts_->reserve(days_of_all);
  for (const Part& symbol : symbols) {
    for (const UnixNanos day : symbol.days) parts_->push_back({symbol.venue, symbol.symbol, {day}});
  }
  return {};
}

// Of several days each row tells its own.
std::string RecordedRows::branch(const Kind& kind, const Part& part, std::size_t index) {
  std::string date = fmt::format("DATE '{}'", to_iso8601(part.days.front()).substr(0, 10));
  if (part.days.size() > 1) date = "CAST(make_timestamp_ns(ts_recv_ns) AS DATE)";
  return fmt::format("SELECT {} AS venue, {} AS symbol, '{}' AS origin, {} AS date, {} FROM acts_recorded_{}({})",
                     quoted_sql_text(to_string(part.venue)), quoted_sql_text(part.symbol), kOrigin, date,
                     column_names(kind), kind.name, index);
}

Result<std::optional<std::string>> RecordedRows::select_of(Duck& duck, const Kind& kind) {
  if (!is_recorded_kind(kind)) return std::nullopt;
  if (!parts_) {
    if (const Result<void> looked = look(); !looked) return std::unexpected(looked.error());
  }
  if (parts_->empty()) return std::nullopt;
  const auto open = [data_dir = data_dir_, parts = parts_, kind = &kind, is_stopped = is_stopped_,
                     unreadable = unreadable_](std::size_t index) -> Result<std::unique_ptr<RowSource>> {
    const Part& part = (*parts)[index];
    DataSet set{.kind = kind,
                .venue = std::string(to_string(part.venue)),
                .symbol = part.symbol,
                .interval = "",
                .origin = std::string(kOrigin)};
    return std::make_unique<PartRows>(PartRows::Place{data_dir, std::move(set), part.days}, is_stopped, unreadable);
  };
  const std::string name = fmt::format("acts_recorded_{}", kind.name);
  if (const Result<void> added = add_kind_function(duck, name, kind, parts_->size(), open); !added) {
    return std::unexpected(added.error());
  }
  std::string select;
  for (std::size_t i = 0; i < parts_->size(); ++i) {
    select += fmt::format("{}{}", i == 0 ? "" : " UNION ALL ", branch(kind, (*parts_)[i], i));
  }
  return select;
}

}  // namespace acts::history
