#include "history/archive/archive_layout.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace acts::history::archive {
namespace {

using std::chrono::year_month_day;

constexpr std::uint8_t kSpotBit = 1;
constexpr std::uint8_t kUsdmBit = 2;
constexpr std::uint8_t kCoinmBit = 4;
constexpr std::uint8_t kFutures = kUsdmBit | kCoinmBit;
constexpr std::uint8_t kAll = kSpotBit | kFutures;

struct DataSet {
  std::string_view name;
  std::uint8_t daily;    // markets
  std::uint8_t monthly;  // markets
  bool has_interval = false;
};

constexpr std::array kDataSets{DataSet{"klines", kAll, kAll, true},
                               DataSet{"aggTrades", kAll, kAll},
                               DataSet{"trades", kAll, kAll},
                               DataSet{"bookDepth", kFutures, 0},
                               DataSet{"bookTicker", kFutures, kFutures},
                               DataSet{"metrics", kFutures, 0},
                               DataSet{"fundingRate", 0, kFutures},
                               DataSet{"markPriceKlines", kFutures, kFutures, true},
                               DataSet{"indexPriceKlines", kFutures, kFutures, true},
                               DataSet{"premiumIndexKlines", kFutures, kFutures, true}};

struct Interval {
  std::string_view name;
  bool is_daily = true;  // has files of a day
};

constexpr std::array kIntervals{Interval{"1s"},  Interval{"1m"},        Interval{"3m"},        Interval{"5m"},
                                Interval{"15m"}, Interval{"30m"},       Interval{"1h"},        Interval{"2h"},
                                Interval{"4h"},  Interval{"6h"},        Interval{"8h"},        Interval{"12h"},
                                Interval{"1d"},  Interval{"3d", false}, Interval{"1w", false}, Interval{"1mo", false}};

const DataSet* find_data_set(std::string_view name) {
  const auto* const found = std::ranges::find(kDataSets, name, &DataSet::name);
  return found == kDataSets.end() ? nullptr : found;
}

const Interval* find_interval(std::string_view name) {
  const auto* const found = std::ranges::find(kIntervals, name == "1M" ? "1mo" : name, &Interval::name);
  return found == kIntervals.end() ? nullptr : found;
}

std::uint8_t bit_of(Market market) {
  return market == Market::kSpot ? kSpotBit : market == Market::kUsdm ? kUsdmBit : kCoinmBit;
}

std::string_view folder_of(Market market) {
  return market == Market::kSpot ? "spot" : market == Market::kUsdm ? "futures/um" : "futures/cm";
}

std::string stem_of(const Series& series) {
  return fmt::format("{}-{}", series.symbol, series.interval.empty() ? series.data_set : series.interval);
}

// Exactly so many digits.
std::optional<int> number_of(std::string_view digits, std::size_t count) {
  int number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (digits.size() != count || error != std::errc{} || stop != end || number < 0) return std::nullopt;
  return number;
}

// "2023-01-31", or of a month "2023-01".
std::optional<Day> parse_day(std::string_view text, Span span) {
  const std::size_t size = span == Span::kDay ? 10 : 7;
  if (text.size() != size || text[4] != '-' || (span == Span::kDay && text[7] != '-')) return std::nullopt;
  const auto year = number_of(text.substr(0, 4), 4);
  const auto month = number_of(text.substr(5, 2), 2);
  const auto day = span == Span::kDay ? number_of(text.substr(8), 2) : 1;
  if (!year || !month || !day) return std::nullopt;
  const year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                            std::chrono::day{static_cast<unsigned>(*day)}};
  return date.ok() ? std::optional(Day(date)) : std::nullopt;
}

}  // namespace

std::string_view to_string(Market market) noexcept {
  return market == Market::kSpot ? "spot" : market == Market::kUsdm ? "um" : "cm";
}

std::optional<Market> market_from(std::string_view name) noexcept {
  for (const Market market : {Market::kSpot, Market::kUsdm, Market::kCoinm}) {
    if (name == to_string(market)) return market;
  }
  return std::nullopt;
}

std::vector<std::string_view> data_sets() {
  std::vector<std::string_view> names;
  std::ranges::transform(kDataSets, std::back_inserter(names), &DataSet::name);
  return names;
}

std::optional<std::string_view> archive_interval(std::string_view text) noexcept {
  const Interval* const interval = find_interval(text);
  return interval == nullptr ? std::nullopt : std::optional(interval->name);
}

Result<void> check_series(const Series& series) {
  const DataSet* const set = find_data_set(series.data_set);
  if (set == nullptr) {
    return fail(ErrorCode::kUsage,
                fmt::format("the archive has no '{}': there is {}", series.data_set, fmt::join(data_sets(), ", ")));
  }
  if (((set->daily | set->monthly) & bit_of(series.market)) == 0) {
    return fail(ErrorCode::kUsage,
                fmt::format("the archive has no {} of market {}", set->name, to_string(series.market)));
  }
  if (!set->has_interval) {
    if (series.interval.empty()) return {};
    return fail(ErrorCode::kUsage, fmt::format("{} have no interval", set->name));
  }
  const Interval* const interval = find_interval(series.interval);
  if (interval == nullptr || (interval->name == "1s" && series.market != Market::kSpot)) {
    std::vector<std::string_view> names;
    std::ranges::transform(kIntervals, std::back_inserter(names), &Interval::name);
    return fail(ErrorCode::kUsage, fmt::format("{} have no interval '{}': there is {} (1s of spot alone)", set->name,
                                               series.interval, fmt::join(names, " ")));
  }
  return {};
}

bool has_span(const Series& series, Span span) noexcept {
  const DataSet* const set = find_data_set(series.data_set);
  if (set == nullptr || ((span == Span::kDay ? set->daily : set->monthly) & bit_of(series.market)) == 0) return false;
  const Interval* const interval = find_interval(series.interval);
  return span == Span::kMonth || interval == nullptr || interval->is_daily;
}

std::string symbols_directory(Market market, std::string_view data_set, Span span) {
  return fmt::format("data/{}/{}/{}/", folder_of(market), span == Span::kDay ? "daily" : "monthly", data_set);
}

std::string directory_of(const Series& series, Span span) {
  std::string directory = symbols_directory(series.market, series.data_set, span) + series.symbol + "/";
  if (!series.interval.empty()) directory += series.interval + "/";
  return directory;
}

std::string file_name(const Series& series, Span span, Day first) {
  return fmt::format("{}-{}.zip", stem_of(series), day_text(first).substr(0, span == Span::kDay ? 10 : 7));
}

std::optional<Day> first_day_of(const Series& series, Span span, std::string_view file_name) noexcept {
  constexpr std::string_view kEnding = ".zip";
  const std::string stem = stem_of(series) + "-";
  if (!file_name.starts_with(stem) || !file_name.ends_with(kEnding)) return std::nullopt;
  file_name.remove_prefix(stem.size());
  if (file_name.size() < kEnding.size()) return std::nullopt;
  file_name.remove_suffix(kEnding.size());
  return parse_day(file_name, span);
}

std::string day_text(Day day) {
  const year_month_day date{day};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

Day month_of(Day day) noexcept {
  const year_month_day date{day};
  return Day(date.year() / date.month() / 1);
}

Day next_month(Day day) noexcept {
  const year_month_day date{day};
  return Day((date.year() / date.month() + std::chrono::months{1}) / 1);
}

}  // namespace acts::history::archive
