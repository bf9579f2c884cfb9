// The venue's list of instruments and limits: the answer to exchangeInfo, spot and USD-M.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/instrument.hpp"

namespace acts::binance {

enum class RateLimitType : std::uint8_t { kRequestWeight, kOrders, kRawRequests, kOther };

struct RateLimit {
  RateLimitType type = RateLimitType::kOther;
  Nanos interval{0};  // clock-aligned; > 0
  int limit = 0;      // > 0

  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

// An entry that is not as documented.
struct ExchangeInfoProblem {
  std::string where;  // a symbol, "symbols[17]", "rateLimits[0]"
  std::string what;
};

struct ExchangeInfo {
  Venue venue = Venue::kBinanceSpot;
  UnixNanos server_time;  // when the answer was made; zero if not told. On USD-M it is no clock: it may be days old.
  std::vector<RateLimit> rate_limits;
  std::vector<Instrument> instruments;  // in the venue's order, each symbol once

  std::size_t skipped = 0;  // entries that could not be read
  std::size_t coin_m = 0;   // entries of the COIN-M market, left out
  std::size_t problem_count = 0;
  std::vector<ExchangeInfoProblem> problems;  // the first kMaxListedProblems; an unknown status is one, without a skip

  // nullptr if the venue has no such symbol. Exact, case included.
  [[nodiscard]] const Instrument* find(std::string_view symbol) const;
  // The REQUEST_WEIGHT limit, or the documented one if the venue told none. Of several, that with the shortest window.
  [[nodiscard]] RateLimit request_weight_limit() const;
};

inline constexpr std::size_t kMaxListedProblems = 20;
inline constexpr std::size_t kMaxExchangeInfoBytes = 64 * 1024 * 1024;

// Values of filters are exact decimals of JSON strings, at most 18 digits; zero means that the venue sets no rule.
// Unknown keys and filters are ignored. One bad entry is skipped and counted. Errors, kBadInput: not JSON, an error
// object, no list of symbols, more than kMaxExchangeInfoBytes.
Result<ExchangeInfo> parse_exchange_info(std::string_view json, Venue venue);

// "TRADING", "HALT", "SETTLING", ...; kUnknown for a word that is not documented.
TradingStatus parse_trading_status(std::string_view text) noexcept;

}  // namespace acts::binance
