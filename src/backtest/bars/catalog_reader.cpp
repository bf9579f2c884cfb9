#include "backtest/bars/catalog_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "history/bars/catalog_bars.hpp"
#include "history/catalog/catalog.hpp"
#include "recording/file_ops.hpp"

namespace acts::backtest {
namespace {

constexpr std::int64_t kNanosAMicro = 1000;

std::int64_t micros_of(const std::optional<UnixNanos>& time, std::int64_t without) {
  // Rounded up: a bar begins at whole microseconds.
  return time ? (time->value + kNanosAMicro - 1) / kNanosAMicro : without;
}

history::BarRequest request_of(const InstrumentSettings& settings) {
  return {.venue = std::string(to_string(settings.info.venue)),
          .symbol = settings.info.symbol,
          .kind = settings.source.empty() ? "klines" : settings.source,
          .source_interval = settings.source_interval.empty() ? settings.interval : settings.source_interval,
          .origin = settings.origin,
          .period = {.from = micros_of(settings.from, INT64_MIN), .to = micros_of(settings.to, INT64_MAX)},
          .size = settings.interval,
          .by_keys = true};
}

bool is_of_market(const history::DataSet& set, const history::BarRequest& request) {
  return set.kind->name == request.kind && set.venue == request.venue && set.symbol == request.symbol;
}

history::CatalogPaths paths_of(const InstrumentSettings& settings) {
  return history::CatalogPaths(std::filesystem::absolute(settings.data_dir).lexically_normal().string());
}

class CatalogReader final : public BarReader {
 public:
  CatalogReader(std::optional<FileLock> held, std::unique_ptr<history::Duck> duck, history::CatalogBars bars,
                const history::TimeGrid& grid, const BacktestInstrument& instrument, InstrumentId id, std::string name)
      : held_(std::move(held)),
        duck_(std::move(duck)),
        source_(std::move(bars)),
        grid_(grid),
        bars_(history::bar_kind(), 0, instrument, id),
        name_(std::move(name)) {}

  Result<bool> next(Bar& bar) override {
    history::Row row;
    const Result<bool> there = source_.next(row);
    if (!there || !*there) return there;
    // What is not over is not known.
    if (row.values[history::kBarIsOpen] != 0) return false;
    const std::int64_t begin = row.integer(history::kBarOpenTime);
    row.values[history::kBarCloseTime] = grid_.next(begin) - 1;
    Result<Bar> made = bars_.read(row);
    if (!made)
      return fail(made.error().code, fmt::format("{}: the bar of {}: {}", name_, to_iso8601({begin * kNanosAMicro}),
                                                 made.error().message));
    for (; next_ && *next_ < begin; next_ = grid_.next(*next_)) ++missing_;
    next_ = grid_.next(begin);
    bar = *made;
    return true;
  }
  [[nodiscard]] std::uint64_t missing() const override { return missing_; }

 private:
  std::optional<FileLock> held_;
  std::unique_ptr<history::Duck> duck_;  // source_ reads by it
  history::CatalogBars source_;
  history::TimeGrid grid_;
  RowBars bars_;
  std::string name_;
  std::optional<std::int64_t> next_;  // begin of the bar behind the last one
  std::uint64_t missing_ = 0;
};

}  // namespace

Result<std::unique_ptr<BarReader>> open_catalog_bars(const InstrumentSettings& settings,
                                                     const BacktestInstrument& instrument, InstrumentId id) {
  if (settings.interval.empty()) {
    return fail(ErrorCode::kUsage, "interval in [data] is missing: of bars out of the catalog, such as \"1h\"");
  }
  const Result<history::TimeGrid> grid = history::TimeGrid::parse(settings.interval);
  if (!grid) return std::unexpected(grid.error());
  const history::CatalogPaths paths = paths_of(settings);
  std::optional<FileLock> held = history::hold_files(paths);
  // Before the list of files, which goes again: below what stays it would leave its room empty.
  Result<std::unique_ptr<history::Duck>> duck = history::Duck::open({.temp_directory = {}, .keeps_freed = false});
  if (!duck) return std::unexpected(duck.error());
  const history::BarRequest request = request_of(settings);
  // Of other intervals and origins too: they are what an error names.
  const auto files =
      catalog_files(settings, [&request](const history::CatalogFile& file) { return is_of_market(file.set, request); });
  if (!files) return std::unexpected(files.error());
  Result<history::CatalogBars> bars = history::CatalogBars::open(**duck, paths, *files, request);
  if (!bars) return std::unexpected(bars.error());
  return std::make_unique<CatalogReader>(std::move(held), *std::move(duck), *std::move(bars), *grid, instrument, id,
                                         fmt::format("{} {}", request.venue, request.symbol));
}

Result<std::vector<history::CatalogFile>> catalog_files(
    const InstrumentSettings& settings, const std::function<bool(const history::CatalogFile&)>& is_wanted) {
  const history::CatalogPaths paths = paths_of(settings);
  if (const Result<void> checked = history::check_place(paths); !checked) return std::unexpected(checked.error());
  return history::current_files(real_file_ops(), paths, is_wanted);
}

std::vector<DataFile> data_of_catalog(const std::vector<history::CatalogFile>& files) {
  std::vector<DataFile> data;
  data.reserve(files.size());
  for (const history::CatalogFile& file : files) data.push_back({file.path(), file.sha256});
  std::ranges::sort(data, {}, &DataFile::path);
  return data;
}

Result<std::vector<DataFile>> catalog_data(const InstrumentSettings& settings) {
  const history::BarRequest request = request_of(settings);
  const auto files = catalog_files(settings, [&request](const history::CatalogFile& file) {
    const history::DataSet& set = file.set;
    const bool is_of_it = is_of_market(set, request) &&
                          (!set.kind->has_interval || set.interval == request.source_interval) &&
                          (request.origin.empty() || set.origin == request.origin);
    return is_of_it && file.last_time >= request.period.from && file.first_time < request.period.to;
  });
  if (!files) return std::unexpected(files.error());
  return data_of_catalog(*files);
}

}  // namespace acts::backtest
