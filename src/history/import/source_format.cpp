#include "history/import/source_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "history/import/candle_json.hpp"
#include "history/import/capture_lines.hpp"
#include "history/import/cryptofeed_capture.hpp"
#include "history/import/cryptofeed_lines.hpp"
#include "history/import/csv_reader.hpp"
#include "history/import/depth_csv.hpp"
#include "history/import/foreign_file.hpp"
#include "history/import/mapped_csv.hpp"
#include "history/import/npz_rows.hpp"
#include "history/import/recording_rows.hpp"
#include "history/import/source_file.hpp"
#include "history/import/tardis.hpp"
#include "history/import/trade_json.hpp"

namespace acts::history {
namespace {

Result<std::vector<DataSet>> archive_sets(const std::string& path, const SourceHints& hints) {
  Result<DataSet> set = data_set_of(path, hints);
  if (!set) return std::unexpected(set.error());
  return std::vector<DataSet>{*std::move(set)};
}

Result<std::unique_ptr<RowReader>> archive_reader(std::unique_ptr<ByteSource> bytes, const DataSet& set,
                                                  const SourceHints& /*hints*/) {
  return read_archive_csv(std::move(bytes), *set.kind, set.symbol);
}

Result<std::unique_ptr<RowReader>> npz_reader(std::unique_ptr<ByteSource> bytes, const DataSet& set,
                                              const SourceHints& hints) {
  if (hints.tick_size.empty()) return read_npz(std::move(bytes), set, std::nullopt);
  const Result<Decimal> tick = parse_decimal(hints.tick_size);
  if (!tick || tick->units <= 0) return fail(ErrorCode::kUsage, "--tick-size: it is a price above 0");
  return read_npz(std::move(bytes), set, *tick);
}

bool is_any_cryptofeed(std::string_view path, std::string_view head) {
  return is_capture_lines(head) || is_cryptofeed(path, head);
}

Result<std::unique_ptr<OpenedSource>> open_any_cryptofeed(const std::string& path, const SourceHints& hints) {
  return is_capture_lines(head_of(path)) ? open_cryptofeed_lines(path, hints) : open_cryptofeed_source(path, hints);
}

// The archive's is the first: what looks like no other is taken for it, and refused by its own words.
constexpr std::array<SourceFormat, 9> kFormats{{
    {"archive", "CSV as data.binance.vision publishes it", nullptr, archive_sets, open_source, archive_reader},
    {"tardis", "CSV of Tardis: incremental_book_L2, book_snapshot_N, trades", is_tardis_csv, tardis_sets,
     open_any_source, read_tardis_csv},
    {"depth-csv", "CSV of Binance-Data-Processor: updates, snapshots, trades", is_depth_csv, depth_csv_sets,
     open_any_source, read_depth_csv},
    {"candles", "candles as a JSON array of arrays", is_candle_json, candle_json_sets, open_any_source,
     read_candle_json},
    {"ccxt", "trades of ccxt and freqtrade as JSON objects, Binance's aggregated", is_trade_json, trade_json_sets,
     open_any_source, read_trade_json},
    {"recording", "lines <recv_ns> <json>, ours or of other collectors", is_recording, nullptr, nullptr, nullptr,
     open_recording_source},
    {"cryptofeed", "captures of cryptofeed: .ws files of Binance, JSON lines of Binance, OKX, Bybit and Coinbase",
     is_any_cryptofeed, nullptr, nullptr, nullptr, open_any_cryptofeed},
    {"npz", "arrays of hftbacktest", is_npz, npz_sets, open_any_source, npz_reader},
    {"csv", "any CSV: --map says which field is which", nullptr, mapped_csv_sets, open_any_source, read_mapped_csv},
}};

}  // namespace

std::span<const SourceFormat> source_formats() { return kFormats; }

Result<const SourceFormat*> format_of(const std::string& path, const SourceHints& hints) {
  if (hints.format.empty()) {
    const std::string head = head_of(path);
    const auto found = std::ranges::find_if(
        kFormats, [&](const SourceFormat& f) { return f.is_it != nullptr && f.is_it(path, head); });
    if (found != kFormats.end()) return &*found;
    std::string advice = foreign_advice(path, head);
    if (!advice.empty() && hints.by_keys) advice += "; so says acts import, whose catalog data_dir in [data] names";
    return advice.empty() ? Result<const SourceFormat*>(kFormats.data()) : fail(ErrorCode::kUsage, advice);
  }
  const auto named = std::ranges::find(kFormats, hints.format, &SourceFormat::name);
  if (named != kFormats.end()) return &*named;
  return fail(ErrorCode::kUsage, fmt::format("no format '{}'", hints.format));
}

Result<void> check_hints(const SourceFormat& format, const SourceHints& hints) {
  const auto unused = [&](std::string_view flag, std::string_view of) {
    return fail(ErrorCode::kUsage, fmt::format("{} is of --format {}, and it is read as {}: leave it out, or give the "
                                               "--format",
                                               flag, of, format.name));
  };
  const bool is_csv = format.name == "csv";
  if (!hints.columns.empty() && !is_csv) return unused("--map", "csv");
  if (!hints.tick_size.empty() && format.name != "npz") return unused("--tick-size", "npz");
  if (!hints.time_format.empty() && !is_csv && format.name != "candles") {
    return unused("--time-format", "csv and candles");
  }
  return {};
}

std::string read_as(const SourceFormat& format, const SourceHints& hints) {
  std::string text(format.name);
  if (!hints.columns.empty()) text += " " + hints.columns;
  if (!hints.tick_size.empty()) text += " " + hints.tick_size;
  if (!hints.time_format.empty()) text += " " + hints.time_format;
  return text;
}

}  // namespace acts::history
