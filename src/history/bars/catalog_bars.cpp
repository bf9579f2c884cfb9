#include "history/bars/catalog_bars.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace acts::history {
namespace {

// Trades in a bar: more is no bar.
constexpr std::int64_t kMostRows = 1'000'000'000;

std::unexpected<Error> usage(std::string message) { return fail(ErrorCode::kUsage, std::move(message)); }

Result<const Kind*> source_kind(const BarRequest& request) {
  const Kind* const kind = find_kind(request.kind);
  if (kind == nullptr || !PartReader::is_kind(*kind)) {
    return usage(
        fmt::format("no bars are made of '{}': klines (or those of other prices), agg_trades, trades", request.kind));
  }
  if (kind->has_interval && request.shape != BarShape::kTime) {
    return usage("only bars of time are made of candles: the others take agg_trades or trades");
  }
  return kind;
}

// "bybit:BTCUSDT", where the catalog has rows of that venue: how its ids go on and what its quantities count is not
// known here. Empty: no such venue.
std::string other_venue(const std::vector<CatalogFile>& all, const BarRequest& request) {
  const std::string prefix = request.symbol.substr(0, request.symbol.find(':'));
  const bool has_prefix = prefix.size() < request.symbol.size();
  const bool is_there =
      has_prefix && std::ranges::any_of(all, [&](const CatalogFile& f) { return f.set.venue == prefix; });
  return is_there ? prefix : "";
}

// Files of the data set, by day.
Result<std::vector<const CatalogFile*>> source_files(const std::vector<CatalogFile>& all, const Kind& kind,
                                                     const BarRequest& request) {
  std::vector<const CatalogFile*> files;
  std::set<std::string> origins;
  std::set<std::string> intervals;
  for (const CatalogFile& file : all) {
    const DataSet& set = file.set;
    if (set.kind != &kind || set.venue != request.venue || set.symbol != request.symbol) continue;
    if (kind.has_interval) intervals.insert(set.interval);
    if (kind.has_interval && set.interval != request.source_interval) continue;
    origins.insert(set.origin);
    files.push_back(&file);
  }
  const std::string name = fmt::format("{} {} {}", kind.name, request.venue, request.symbol);
  if (files.empty() && !intervals.empty()) {
    return usage(fmt::format("{}: the catalog has none of {}, but of {}: give {}", name, request.source_interval,
                             fmt::join(intervals, ", "),
                             request.by_keys ? "source_interval in [data]" : "--source-interval"));
  }
  if (const std::string venue = other_venue(all, request); files.empty() && !venue.empty()) {
    return usage(fmt::format(
        "{}: bars are made of rows of binance-spot, binance-usdm and binance-coinm: acts query has those of {}",
        request.symbol, venue));
  }
  if (files.empty()) return usage(fmt::format("{}: the catalog has none: acts catalog ls says what it has", name));
  std::string origin = request.origin;
  if (origin.empty()) origin = origins.contains(std::string(DataSet::kArchive)) ? DataSet::kArchive : *origins.begin();
  const bool is_clear = !request.origin.empty() || origin == DataSet::kArchive || origins.size() == 1;
  if (!is_clear || !origins.contains(origin)) {
    return usage(fmt::format("{}: the catalog has it of {}: give {}", name, fmt::join(origins, ", "),
                             request.by_keys ? "origin in [data]" : "--origin"));
  }
  std::erase_if(files, [&origin](const CatalogFile* file) { return file->set.origin != origin; });
  return files;
}

Result<BarOptions> time_options(const Kind& kind, const BarRequest& request) {
  const Result<TimeGrid> grid = TimeGrid::parse(request.size);
  if (!grid) return std::unexpected(grid.error());
  BarOptions options{.rule = *grid, .fill = request.fill};
  if (!kind.has_interval) return options;
  options.step = interval_micros(request.source_interval);
  if (options.step < 0) return usage(fmt::format("no interval '{}' of candles: such as 1m", request.source_interval));
  if (!grid->is_made_of(options.step)) {
    return usage(
        fmt::format("bars of {} cannot be made of whole candles of {}", request.size, request.source_interval));
  }
  return options;
}

Result<BarOptions> trade_options(const PartReader& reader, const BarRequest& request) {
  if (request.fill) return usage("only bars of time can be filled");
  if (request.measure == BarMeasure::kDollar && !reader.has_value()) {
    return usage("of COIN-M a contract has a fixed value: take volume bars");
  }
  if (request.shape == BarShape::kSize) {
    const Result<int128> units = sized_units(request.measure, request.size, reader.value_scale());
    if (!units) return std::unexpected(units.error());
    return BarOptions{.rule = SizeRule(request.measure, *units)};
  }
  std::int64_t rows = 0;
  const char* const end = request.size.data() + request.size.size();
  const auto [stop, error] = std::from_chars(request.size.data(), end, rows);
  if (error != std::errc{} || stop != end || rows <= 0 || rows > kMostRows) {
    return usage(fmt::format("'{}' is no number of trades that a bar is expected to have", request.size));
  }
  return BarOptions{.rule = ImbalanceRule(request.measure, rows, request.span)};
}

}  // namespace

Result<CatalogBars> CatalogBars::open(Duck& duck, const CatalogPaths& paths, const std::vector<CatalogFile>& all,
                                      const BarRequest& request) {
  const Result<const Kind*> kind = source_kind(request);
  if (!kind) return std::unexpected(kind.error());
  const Result<std::vector<const CatalogFile*>> files = source_files(all, **kind, request);
  if (!files) return std::unexpected(files.error());
  CatalogBars made;
  made.rows_ = std::make_unique<CatalogRows>(duck, paths, *files, request.period);
  if (const Result<void> there = made.rows_->check_files(); !there) return std::unexpected(there.error());
  const bool has_value = (*kind)->has_interval || request.venue != "binance-coinm";
  const PartReader reader(**kind, made.rows_->form(), has_value);
  Result<BarOptions> options =
      request.shape == BarShape::kTime ? time_options(**kind, request) : trade_options(reader, request);
  if (!options) return std::unexpected(options.error());
  options->known_until = std::min(made.rows_->known_until(), request.period.to);
  made.bars_ = std::make_unique<BarSource>(*made.rows_, reader, made.rows_->form(), *options);
  return made;
}

}  // namespace acts::history
