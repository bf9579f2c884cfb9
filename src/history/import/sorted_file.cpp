#include "history/import/sorted_file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>
#include <vector>

#include "acts/base/assert.hpp"

#include "history/engine/parquet_writer.hpp"
#include "history/import/sort_ranges.hpp"
#include "history/import/stream_rows.hpp"

namespace acts::history {
namespace {

constexpr std::string_view kPlace = "acts_place";

std::unique_ptr<Kind> with_place(const Kind& kind) {
  auto placed = std::make_unique<Kind>(kind);
  placed->columns.push_back({kPlace, CellType::kInteger, false, false, ""});
  ACTS_ASSERT(placed->columns.size() <= kMaxColumns);
  return placed;
}

// Good rows with their places, all wide; bad ones aside.
class PlacedRows final : public RowSource {
 public:
  PlacedRows(RowReader& reader, const Kind& placed, RejectList& rejects, std::uint64_t most_bad_rows)
      : reader_(&reader), placed_(&placed), rejects_(&rejects), most_bad_rows_(most_bad_rows) {}

  Result<bool> next(Row& row) override {
    for (;;) {
      const Result<RowReader::Got> got = reader_->next(row);
      if (!got) return std::unexpected(got.error());
      if (*got == RowReader::Got::kEnd) return false;
      if (*got == RowReader::Got::kRow) break;
      const RowReader::Bad bad = reader_->bad();
      const Result<void> noted = rejects_->add(reader_->place(), bad.reason, bad.text, most_bad_rows_);
      if (!noted) return std::unexpected(noted.error());
    }
    widen(*placed_, row);
    const std::size_t place = placed_->columns.size() - 1;
    row.values[place] = static_cast<std::int64_t>(reader_->place());
    row.nulls &= ~(1U << place);
    return true;
  }

 private:
  RowReader* reader_;
  const Kind* placed_;
  RejectList* rejects_;
  std::uint64_t most_bad_rows_;
};

std::string order_sql(const Kind& kind) {
  std::string order = day_sql(kind);
  const std::size_t keys = kind.is_stream ? 1 : kind.key_columns;
  for (std::size_t i = 0; i < keys; ++i) order += fmt::format(", {}", kind.columns[i].name);
  // Of a line that is a whole message its rows are counted.
  return fmt::format("{}, {}{}", order, kPlace, kind.is_stream ? ", row" : "");
}

class SortedRows final : public RowReader {
 public:
  // `from`: what stands behind FROM, and `parts` of it (sort_ranges()), read one behind the other.
  SortedRows(const Kind& placed, std::unique_ptr<Duck> duck, std::string from, std::vector<std::string> parts,
             std::optional<std::string_view> time_unit, bool has_header)
      : placed_(&placed),
        duck_(std::move(duck)),
        from_(std::move(from)),
        parts_(std::move(parts)),
        time_unit_(time_unit),
        has_header_(has_header) {}

  Result<Got> next(Row& row) override {
    for (;;) {
      if (!rows_ && next_part_ == parts_.size()) return Got::kEnd;
      if (!rows_) {
        if (Result<void> started = start_part(); !started) return std::unexpected(std::move(started.error()));
      }
      const Result<bool> there = rows_->next(row);
      if (!there) return std::unexpected(there.error());
      if (*there) break;
      rows_.reset();
    }
    place_ = row.integer(placed_->columns.size() - 1);
    row.values[placed_->columns.size() - 1] = 0;
    narrow(*placed_, row);
    if (placed_->is_stream) counted_.number(row);
    return Got::kRow;
  }
  [[nodiscard]] Bad bad() const override { return {}; }
  [[nodiscard]] std::uint64_t place() const override { return static_cast<std::uint64_t>(place_); }
  [[nodiscard]] std::optional<std::string_view> time_unit() const override { return time_unit_; }
  [[nodiscard]] bool has_header() const override { return has_header_; }

 private:
  Result<void> start_part() {
    auto rows = open_query(*duck_, *placed_, DecimalForm::kWide,
                           fmt::format("SELECT {} FROM {} WHERE {} ORDER BY {}", column_names(*placed_), from_,
                                       parts_[next_part_++], order_sql(*placed_)));
    if (!rows) return std::unexpected(rows.error());
    rows_ = *std::move(rows);
    return {};
  }

  const Kind* placed_;
  std::unique_ptr<Duck> duck_;
  std::string from_;
  std::vector<std::string> parts_;
  std::size_t next_part_ = 0;
  std::unique_ptr<RowSource> rows_;  // of duck_: goes first
  StreamRows counted_;
  std::int64_t place_ = 0;
  std::optional<std::string_view> time_unit_;
  bool has_header_;
};

}  // namespace

SortedFile::SortedFile(const Kind& kind, std::string folder)
    : placed_(with_place(kind)), folder_(std::move(folder)), path_(fmt::format("{}/unsorted.tmp", folder_)) {}

SortedFile::SortedFile(SortedFile&& other) noexcept
    : placed_(std::move(other.placed_)),
      folder_(std::move(other.folder_)),
      path_(std::exchange(other.path_, "")),
      places_(other.places_),
      time_unit_(std::move(other.time_unit_)),
      has_header_(other.has_header_) {}

SortedFile::~SortedFile() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove(path_, ignored);
}

Result<SortedFile> SortedFile::make(Duck& duck, RowReader& reader, const Kind& kind, const std::string& folder,
                                    RejectList& rejects, std::uint64_t most_bad_rows) {
  SortedFile file(kind, folder);
  PlacedRows rows(reader, *file.placed_, rejects, most_bad_rows);
  const Result<void> written = write_rows(duck, {file.placed_.get(), DecimalForm::kWide}, rows, file.path_);
  if (!written) return std::unexpected(written.error());
  file.places_ = reader.place();
  if (const auto unit = reader.time_unit()) file.time_unit_ = *unit;
  file.has_header_ = reader.has_header();
  return file;
}

Result<std::unique_ptr<RowReader>> SortedFile::open(std::uint64_t most_rows_a_sort) const {
  // Of its own: it puts what it cannot hold in memory beside the file.
  auto duck = Duck::open(
      {.memory_bytes = std::uint64_t{256} << 20, .temp_directory = folder_, .spill_bytes = std::uint64_t{256} << 30});
  if (!duck) return std::unexpected(duck.error());
  std::optional<std::string_view> unit;
  if (time_unit_) unit = *time_unit_;
  std::string from = fmt::format("read_parquet({}, hive_partitioning = false)", quoted_sql_text(path_));
  auto parts = sort_ranges(**duck, from, *placed_, most_rows_a_sort);
  if (!parts) return std::unexpected(parts.error());
  return std::make_unique<SortedRows>(*placed_, *std::move(duck), std::move(from), *std::move(parts), unit,
                                      has_header_);
}

}  // namespace acts::history
