#include "history/bars/stored_bars.hpp"

#include <fmt/format.h>

#include "acts/base/assert.hpp"

#include "history/bars/bar_kind.hpp"
#include "history/signature.hpp"

namespace acts::history {
namespace {

// The first columns of a bar are those of a candle.
class BarRows final : public RowReader {
 public:
  BarRows(CatalogBars bars, const Kind& candles) : bars_(std::move(bars)), columns_(candles.columns.size()) {}

  Result<Got> next(Row& row) override {
    for (;;) {
      const Result<bool> there = bars_.next(row);
      if (!there) return std::unexpected(there.error());
      if (!*there) return Got::kEnd;
      ++place_;
      if (row.values[kBarIsOpen] == 0) break;
    }
    for (std::size_t i = columns_; i < kMaxColumns; ++i) row.values[i] = 0;
    row.nulls &= (1U << columns_) - 1;
    return Got::kRow;
  }
  [[nodiscard]] Bad bad() const override { return {}; }
  [[nodiscard]] std::uint64_t place() const override { return place_; }

 private:
  CatalogBars bars_;
  std::size_t columns_;
  std::uint64_t place_ = 0;
};

bool is_same_column(const TableColumn& a, const TableColumn& b) { return a.name == b.name && a.type == b.type; }

}  // namespace

Result<std::unique_ptr<StoredBars>> StoredBars::open(Duck& duck, const CatalogPaths& paths,
                                                     const std::vector<CatalogFile>& all, BarRequest request) {
  if (request.shape != BarShape::kTime || request.fill) {
    return fail(ErrorCode::kUsage, "only bars of time, without --fill, can be stored: as candles");
  }
  if (interval_micros(request.size) < 0) {
    return fail(
        ErrorCode::kUsage,
        fmt::format("bars of {} cannot be stored: candles have an interval such as 5m, 1h, 4h, 1d", request.size));
  }
  if (const auto bars = CatalogBars::open(duck, paths, all, request); !bars) return std::unexpected(bars.error());
  const Kind* kind = find_kind(request.kind);
  if (!kind->has_interval) kind = find_kind("klines");
  for (std::size_t i = 0; i < kind->columns.size(); ++i) {
    ACTS_ASSERT(is_same_column(kind->columns[i], bar_kind().columns[i]));
  }
  std::vector<DataSet> sets{{.kind = kind,
                             .venue = request.venue,
                             .symbol = request.symbol,
                             .interval = request.size,
                             .origin = std::string(DataSet::kBars)}};
  return std::unique_ptr<StoredBars>(new StoredBars(duck, paths, all, std::move(request), std::move(sets)));
}

Result<std::unique_ptr<RowReader>> StoredBars::reader(const DataSet& set, const std::string& /*folder*/) {
  Result<CatalogBars> bars = CatalogBars::open(*duck_, *paths_, *all_, request_);
  if (!bars) return std::unexpected(bars.error());
  return std::make_unique<BarRows>(*std::move(bars), *set.kind);
}

std::string StoredBars::name() const {
  const bool is_of_candles = find_kind(request_.kind)->has_interval;
  return fmt::format("bars {} of {} {} {}{}{}", request_.size, request_.venue, request_.symbol, request_.kind,
                     is_of_candles ? " " : "", is_of_candles ? request_.source_interval : "");
}

std::string StoredBars::sha256() const {
  Sha256 digest;
  digest.add(fmt::format("{} {} {} {}\n", name(), request_.origin, request_.period.from, request_.period.to));
  for (const CatalogFile& file : *all_) {
    const DataSet& set = file.set;
    if (set.kind->name != request_.kind || set.venue != request_.venue || set.symbol != request_.symbol) continue;
    if (set.origin == DataSet::kBars) continue;
    digest.add(fmt::format("{} {} {}\n", set.folder(file.day), file.digest, file.rows));
  }
  return digest.finish();
}

}  // namespace acts::history
