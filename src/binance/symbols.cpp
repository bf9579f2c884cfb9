#include "binance/symbols.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "acts/base/assert.hpp"

#include "binance/streams.hpp"

namespace acts::binance {
namespace {

using std::string_view;

constexpr string_view kUsualQuote = "USDT";

// Not below 0x80: what such bytes mean is for the venue's list to say.
bool may_stand_in_symbol(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

const Instrument* find_pair(const ExchangeInfo& info, string_view asset) {
  const Instrument* const usual = info.find(fmt::format("{}{}", asset, kUsualQuote));
  if (usual != nullptr && usual->base_asset == asset && usual->quote_asset == kUsualQuote) return usual;
  return nullptr;
}

// A name so far off is no slip of the finger.
std::size_t most_slips(string_view typed) { return typed.size() < 4 ? 1 : typed.size() < 10 ? 2 : 3; }

const Instrument* find_nearest(const ExchangeInfo& info, string_view typed) {
  const Instrument* nearest = nullptr;
  std::size_t best = most_slips(typed) + 1;
  for (const Instrument& instrument : info.instruments) {
    const string_view symbol = instrument.symbol;
    const std::size_t size_difference =
        symbol.size() > typed.size() ? symbol.size() - typed.size() : typed.size() - symbol.size();
    if (size_difference >= best || instrument.status == TradingStatus::kDelisted) continue;
    const std::size_t distance = edit_distance(typed, symbol);
    if (distance >= best) continue;
    best = distance;
    nearest = &instrument;
  }
  return nearest;
}

// The quote assets of an asset that has no USDT pair, as symbols.
std::string pairs_of(const ExchangeInfo& info, string_view asset) {
  constexpr std::size_t kMostListed = 5;
  std::vector<string_view> symbols;
  for (const Instrument& instrument : info.instruments) {
    if (instrument.base_asset == asset && symbols.size() < kMostListed) symbols.push_back(instrument.symbol);
  }
  return fmt::format("{}", fmt::join(symbols, ", "));
}

std::string advice(const ExchangeInfo& info, string_view typed) {
  if (const std::string pairs = pairs_of(info, typed); !pairs.empty()) {
    return fmt::format("the asset has no {} pair; there is {}", kUsualQuote, pairs);
  }
  if (const Instrument* nearest = find_nearest(info, typed)) return fmt::format("did you mean {}?", nearest->symbol);
  return fmt::format("write it as the venue does, such as BTCUSDT; it lists {} symbols", info.instruments.size());
}

}  // namespace

Result<SymbolWish> parse_symbol_wish(string_view typed, Venue default_venue) {
  SymbolWish wish{default_venue, {}};
  string_view text = typed;
  if (const std::size_t colon = text.find(':'); colon != string_view::npos) {
    const Result<Venue> venue = parse_venue(text.substr(0, colon));
    if (!venue) return std::unexpected(venue.error());
    wish.venue = *venue;
    text.remove_prefix(colon + 1);
  }
  if (text.empty() || text.size() > kMaxTypedBytes || !std::ranges::all_of(text, may_stand_in_symbol)) {
    return fail(ErrorCode::kUsage,
                fmt::format("'{}' is not a symbol: write BTCUSDT, binance-usdm:BTCUSDT, or an asset such as BTC",
                            typed.substr(0, kMaxTypedBytes)));
  }
  wish.text = to_venue_symbol(text);
  return wish;
}

Result<const Instrument*> resolve_symbol(const SymbolWish& wish, const ExchangeInfo& info) {
  ACTS_ASSERT(wish.venue == info.venue);
  const Instrument* found = info.find(wish.text);
  if (found == nullptr) found = find_pair(info, wish.text);
  if (found == nullptr) {
    return fail(ErrorCode::kUsage,
                fmt::format("{} has no symbol '{}': {}", to_string(wish.venue), wish.text, advice(info, wish.text)));
  }
  if (found->status == TradingStatus::kDelisted) {
    return fail(ErrorCode::kUsage,
                fmt::format("{} no longer trades {}: leave it out", to_string(wish.venue), found->symbol));
  }
  return found;
}

std::size_t edit_distance(string_view a, string_view b) {
  // Rows of the table for the prefixes of a: two before, one before, this one.
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace acts::binance
