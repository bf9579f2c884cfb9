// What a file of the public archive says about itself by its name: "BTCUSDT-1h-2021-02.csv",
// "BTCUSD_PERP-aggTrades-2026-05-08.zip", and by the folders above it ("…/futures/um/…"). Pure.
// Layout: github.com/binance/binance-public-data, README, read 2026-09.
#pragma once

#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "history/table/kind.hpp"

namespace acts::history {

// Which data set rows belong to. The texts become names of folders.
struct DataSet {
  const Kind* kind = nullptr;
  std::string venue;     // "binance-spot", "binance-usdm", "binance-coinm"; of other origins also others
  std::string symbol;    // as the venue spells it
  std::string interval;  // of candles; else empty
  // Who tells it: rows of one origin are told once, those of two stand beside each other and can be compared.
  std::string origin = std::string(kArchive);

  static constexpr std::string_view kArchive = "archive";      // the exchange's public files
  static constexpr std::string_view kRecording = "recording";  // ours, and the same form of other collectors
  static constexpr std::string_view kTardis = "tardis";
  static constexpr std::string_view kCryptofeed = "cryptofeed";
  static constexpr std::string_view kHftbacktest = "hftbacktest";
  static constexpr std::string_view kBars = "bars";    // ours, made of what the catalog has
  static constexpr std::string_view kOther = "other";  // whatever else files come from

  // "kind=klines/venue=binance-spot/symbol=BTCUSDT/date=2021-02-05/interval=1h/origin=archive"
  [[nodiscard]] std::string folder(std::int64_t day) const;
  // The first three of these: what other programs read as one table.
  [[nodiscard]] std::string symbol_folder() const;
  friend bool operator==(const DataSet&, const DataSet&) = default;
};

// Whether a symbol, venue or origin can be the value of a folder that others read too: is_segment_name(), UTF-8, and
// nothing that DuckDB takes for a pattern (* ? [ ] { } and the backslash) or for a part of the folder's own spelling (=
// %).
bool is_folder_value(std::string_view text) noexcept;

// What is known without the name: each wins over it. Empty: not given.
struct SourceHints {
  std::string kind;
  std::string venue;
  std::string symbol;
  std::string interval;
  std::string format = {};       // of source_format.hpp
  std::string columns = {};      // of the format csv: "open_time=Date,open=Open,…"
  std::string tick_size = {};    // of npz: a price
  std::string time_format = {};  // of formats whose files do not say it: as in time_format.hpp
  bool by_keys = false;          // a backtest's configuration gives them: errors name its keys, not flags
};

// Whether an id that is left out is a row that is missing, if the kind's ids go up one by one at all (Kind::key_step).
// Not at Bybit, where ids of trades are made of numbers that count other things too, nor at OKX, whose channel of
// trades tells several as one, by the last one's id.
bool has_dense_ids(const DataSet& set) noexcept;

// `path` as it was given. Errors: kUsage, naming what neither the name nor a hint tells, or what cannot be a folder.
Result<DataSet> data_set_of(std::string_view path, const SourceHints& hints);

// The same set if it can be one: its kind is known (not null), and venue, symbol, origin and, of candles, interval can
// be folders. Of other kinds the interval is left out. Errors: kUsage, naming the flag that helps, or `by_keys` the
// key.
Result<DataSet> checked_set(std::string_view path, DataSet set, bool by_keys = false);

// Of candles (or what `hints.kind` says) that others keep: "BTC_USDT-1h" and "BTCUSDT-1h-2021" tell symbol and
// interval. Of spot, the symbol loses its "_". Its origin is `other`. Errors: kUsage.
Result<DataSet> candle_set_of(std::string_view path, const SourceHints& hints);

// "binance-spot" of --market's "spot"; of Tardis' and others' names of Binance's markets too ("binance",
// "binance-futures", "binance-delivery"). Others as they are.
std::string venue_named(std::string_view name);

// "BTCUSDT-1h-2021-02" of "data/spot/BTCUSDT-1h-2021-02.csv.gz".
std::string_view stem_of(std::string_view path) noexcept;

}  // namespace acts::history
