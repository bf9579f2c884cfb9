// What Binance's public archive holds and under which names. Pure.
//
// Source: github.com/binance/binance-public-data, README and issue threads, read 2026-11; names of data sets are the
// archive's own.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

namespace acts::history::archive {

using Day = std::chrono::sys_days;

enum class Market : std::uint8_t { kSpot, kUsdm, kCoinm };
// "spot", "um", "cm".
std::string_view to_string(Market market) noexcept;
std::optional<Market> market_from(std::string_view name) noexcept;

// A file holds a UTC day or a calendar month.
enum class Span : std::uint8_t { kDay, kMonth };
inline constexpr Span kSpans[] = {Span::kMonth, Span::kDay};

// "klines", "aggTrades" ...: what can be asked for, in the order of the archive's pages.
std::vector<std::string_view> data_sets();
// "1s", "1m" ... "1mo"; "1M" is taken for the last. Nothing: there is no such interval.
std::optional<std::string_view> archive_interval(std::string_view text) noexcept;

// The files of one symbol and data set.
struct Series {
  Market market = Market::kSpot;
  std::string data_set;
  std::string symbol;
  std::string interval = {};  // of candles

  friend auto operator<=>(const Series&, const Series&) = default;
};

// Errors: kUsage, if the archive has no such data set, not of this market, or not at this interval; and for an interval
// of what has none, or none of what has one. The symbol is not looked at.
Result<void> check_series(const Series& series);
// Whether there are files of such spans at all.
bool has_span(const Series& series, Span span) noexcept;

// "data/spot/daily/klines/": its folders are the symbols.
std::string symbols_directory(Market market, std::string_view data_set, Span span);
// "data/spot/daily/klines/BTCUSDT/1h/"
std::string directory_of(const Series& series, Span span);
// "BTCUSDT-1h-2023-01-31.zip", of a month "BTCUSDT-1h-2023-01.zip". `first`: its first day.
std::string file_name(const Series& series, Span span, Day first);
// The other way round: the first day. Nothing: it is not such a file of the series.
std::optional<Day> first_day_of(const Series& series, Span span, std::string_view file_name) noexcept;

// "2023-01-31"
std::string day_text(Day day);
// The first day of the month that follows the one of `day`, and of that month itself.
Day next_month(Day day) noexcept;
Day month_of(Day day) noexcept;

}  // namespace acts::history::archive
