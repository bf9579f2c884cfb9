#include "binance/symbols.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "acts/base/assert.hpp"
#include "acts/base/nearest_name.hpp"

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

const Instrument* find_nearest(const ExchangeInfo& info, string_view typed) {
  std::vector<string_view> symbols;
  for (const Instrument& instrument : info.instruments) {
    if (instrument.status != TradingStatus::kDelisted) symbols.push_back(instrument.symbol);
  }
  const string_view nearest = nearest_name(typed, symbols);
  return nearest.empty() ? nullptr : info.find(nearest);
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

}  // namespace acts::binance
