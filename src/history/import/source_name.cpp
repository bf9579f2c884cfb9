#include "history/import/source_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "acts/base/assert.hpp"

#include "history/canonical_json.hpp"
#include "recording/layout.hpp"

namespace acts::history {
namespace {

constexpr std::string_view kSpot = "binance-spot";
constexpr std::array<std::string_view, 3> kVenues{kSpot, "binance-usdm", "binance-coinm"};

// The archive's word in file names, ours.
struct KindWord {
  std::string_view word;
  std::string_view kind;
};
constexpr std::array<KindWord, 6> kWords{{{"aggTrades", "agg_trades"},
                                          {"trades", "trades"},
                                          {"fundingRate", "funding"},
                                          {"bookTicker", "book_ticker"},
                                          {"bookDepth", "book_depth"},
                                          {"metrics", "metrics"}}};
// Candles of all kinds have the interval there; which kind it is, a folder says.
constexpr std::array<KindWord, 4> kCandleFolders{{{"markPriceKlines", "mark_price_klines"},
                                                  {"indexPriceKlines", "index_price_klines"},
                                                  {"premiumIndexKlines", "premium_index_klines"},
                                                  {"klines", "klines"}}};

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Takes "-2021-02" or "-2021-02-11" off the end.
std::string_view without_date(std::string_view stem) {
  for (int parts = 0; parts < 3; ++parts) {
    const std::size_t dash = stem.rfind('-');
    if (dash == std::string_view::npos || !is_digits(stem.substr(dash + 1))) return stem;
    stem = stem.substr(0, dash);
  }
  return stem;
}

bool has_folder(std::string_view path, std::string_view folder) {
  const std::string inside = fmt::format("/{}/", folder);
  return path.contains(inside) || path.starts_with(std::string_view(inside).substr(1));
}

std::string venue_of(std::string_view path) {
  if (has_folder(path, "futures/um")) return "binance-usdm";
  if (has_folder(path, "futures/cm")) return "binance-coinm";
  return has_folder(path, "data/spot") ? std::string(kSpot) : "";
}

// Empty: files of all kinds of candles have the same names, and nothing says which. Spot has one kind only.
std::string candle_kind_of(std::string_view path, std::string_view venue) {
  for (const KindWord& folder : kCandleFolders) {
    if (has_folder(path, folder.word)) return std::string(folder.kind);
  }
  return venue == kSpot ? "klines" : "";
}

// What the name says; empty what it does not. `told`: the venue, if somebody has said it.
SourceHints from_name(std::string_view path, const std::string& told) {
  SourceHints said{.kind = "", .venue = told.empty() ? venue_of(path) : told, .symbol = "", .interval = ""};
  const std::string_view stem = without_date(stem_of(path));
  const std::size_t dash = stem.rfind('-');
  if (dash == std::string_view::npos) return said;
  const std::string_view word = stem.substr(dash + 1);
  if (interval_micros(word) >= 0) {
    said.kind = candle_kind_of(path, said.venue);
    said.interval = word;
  } else if (const auto known = std::ranges::find(kWords, word, &KindWord::word); known != kWords.end()) {
    said.kind = known->kind;
  } else {
    return said;
  }
  said.symbol = stem.substr(0, dash);
  return said;
}

std::unexpected<Error> untold(std::string_view path, std::string_view what, std::string_view flag) {
  return fail(ErrorCode::kUsage, fmt::format("{}: its name does not say {}: give {}", path, what, flag));
}

const std::string& either(const std::string& hint, const std::string& said) { return hint.empty() ? said : hint; }

}  // namespace

std::string DataSet::folder(std::int64_t day) const {
  const std::string of = fmt::format("{}/date={}", symbol_folder(), day_text(day));
  return interval.empty() ? fmt::format("{}/origin={}", of, origin)
                          : fmt::format("{}/interval={}/origin={}", of, interval, origin);
}

std::string DataSet::symbol_folder() const {
  return fmt::format("kind={}/venue={}/symbol={}", kind->name, venue, symbol);
}

bool is_folder_value(std::string_view text) noexcept {
  return is_segment_name(text) && is_utf8(text) && text.find_first_of("*?[]{}\\=%") == std::string_view::npos;
}

bool has_dense_ids(const DataSet& set) noexcept {
  // An .npz has no ids: what stands for them are times.
  return !set.venue.starts_with("bybit") && !set.venue.starts_with("okex") && set.origin != DataSet::kHftbacktest;
}

std::string_view stem_of(std::string_view path) noexcept {
  std::string_view name = path.substr(path.rfind('/') + 1);
  for (const std::string_view ending : {".gz", ".zst", ".zip", ".csv", ".json"}) {
    if (name.ends_with(ending)) name.remove_suffix(ending.size());
  }
  return name;
}

Result<DataSet> data_set_of(std::string_view path, const SourceHints& hints) {
  const SourceHints said = from_name(path, hints.venue);
  const std::string& kind = either(hints.kind, said.kind);
  if (kind.empty() && !said.interval.empty()) {
    return untold(path, "whether its candles are of trades, mark, index or premium index prices",
                  fmt::format("{} klines, mark_price_klines, index_price_klines or premium_index_klines",
                              hints.by_keys ? "source in [data]:" : "--kind"));
  }
  if (kind.empty()) return untold(path, "what it holds", hints.by_keys ? "source in [data]" : "--kind");
  const Kind* const known = find_kind(kind);
  if (known == nullptr) return fail(ErrorCode::kUsage, fmt::format("no kind '{}': see acts catalog describe", kind));
  DataSet set{.kind = known,
              .venue = either(hints.venue, said.venue),
              .symbol = either(hints.symbol, said.symbol),
              .interval = either(hints.interval, said.interval)};
  if (!set.venue.empty() && std::ranges::find(kVenues, set.venue) == kVenues.end()) {
    return fail(ErrorCode::kUsage, fmt::format("no venue '{}' has an archive", set.venue));
  }
  return checked_set(path, std::move(set), hints.by_keys);
}

Result<DataSet> checked_set(std::string_view path, DataSet set, bool by_keys) {
  ACTS_ASSERT(set.kind != nullptr);
  if (set.venue.empty()) return untold(path, "its market", by_keys ? "venue in [data]" : "--market spot, um or cm");
  if (!is_folder_value(set.venue)) {
    return fail(ErrorCode::kUsage, fmt::format("{}: '{}' is no venue that a folder can be called: give {}", path,
                                               set.venue, by_keys ? "venue in [data]" : "--venue"));
  }
  if (set.symbol.empty()) return untold(path, "its symbol", by_keys ? "symbol in [data]" : "--symbol");
  if (!is_folder_value(set.symbol)) {
    return fail(ErrorCode::kUsage, fmt::format("{}: '{}' is no symbol that a folder can be called: give {}", path,
                                               set.symbol, by_keys ? "symbol in [data]" : "--symbol"));
  }
  if (!is_folder_value(set.origin)) return fail(ErrorCode::kUsage, fmt::format("no origin '{}'", set.origin));
  if (!set.kind->has_interval) set.interval.clear();
  if (!set.kind->has_interval) return set;
  if (set.interval.empty()) {
    return untold(path, "the interval of its candles", by_keys ? "interval in [data]" : "--interval");
  }
  if (interval_micros(set.interval) < 0) {
    return fail(ErrorCode::kUsage, fmt::format("no interval '{}': such as 1m, 1h, 1d, 1mo", set.interval));
  }
  return set;
}

Result<DataSet> candle_set_of(std::string_view path, const SourceHints& hints) {
  const std::string kind = hints.kind.empty() ? "klines" : hints.kind;
  DataSet set{.kind = find_kind(kind),
              .venue = hints.venue,
              .symbol = hints.symbol,
              .interval = hints.interval,
              .origin = std::string(DataSet::kOther)};
  if (set.kind == nullptr) return fail(ErrorCode::kUsage, fmt::format("no kind '{}': see acts catalog describe", kind));
  const std::string_view stem = without_date(stem_of(path));
  const std::size_t dash = stem.rfind('-');
  const bool has_interval = dash != std::string_view::npos && interval_micros(stem.substr(dash + 1)) >= 0;
  if (set.interval.empty() && has_interval) set.interval = stem.substr(dash + 1);
  if (set.symbol.empty() && has_interval) {
    set.symbol = stem.substr(0, dash);
    if (set.venue == kSpot) std::erase(set.symbol, '_');
  }
  return checked_set(path, std::move(set), hints.by_keys);
}

std::string venue_named(std::string_view name) {
  if (name == "spot" || name == "binance") return std::string(kSpot);
  if (name == "um" || name == "binance-futures") return "binance-usdm";
  if (name == "cm" || name == "binance-delivery") return "binance-coinm";
  return std::string(name);
}

}  // namespace acts::history
