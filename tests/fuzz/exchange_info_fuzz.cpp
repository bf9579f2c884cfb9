// Whatever an exchangeInfo answer holds: no crash, and what is read keeps the promises of the headers.
#include <fmt/format.h>

#include "acts/base/assert.hpp"

#include "binance/exchange_info.hpp"
#include "binance/rest.hpp"
#include "binance/symbols.hpp"

namespace {

using namespace acts;
using namespace acts::binance;

void check_rule(const std::optional<Decimal>& rule) {
  if (!rule) return;
  ACTS_ASSERT(rule->units > 0 && rule->scale >= 0 && rule->scale <= kMaxScale);
  ACTS_ASSERT(*rule > (Decimal{0, kMaxScale}));
  ACTS_ASSERT(parse_decimal(to_string(*rule)).value() == *rule);
}

void check_list(const ExchangeInfo& info) {
  ACTS_ASSERT(info.skipped <= info.problem_count);
  ACTS_ASSERT(info.problems.size() <= kMaxListedProblems && info.problems.size() <= info.problem_count);
  for (const RateLimit& limit : info.rate_limits) ACTS_ASSERT(limit.limit > 0 && limit.interval > Nanos{0});
  for (const Instrument& instrument : info.instruments) {
    ACTS_ASSERT(info.find(instrument.symbol) == &instrument);
    for (const auto& rule : {instrument.tick_size, instrument.min_price, instrument.max_price, instrument.lot_size,
                             instrument.min_quantity, instrument.max_quantity, instrument.min_notional}) {
      check_rule(rule);
    }
    ACTS_ASSERT(instrument.scales().price <= kMaxScale && instrument.scales().quantity <= kMaxScale);
    static_cast<void>(resolve_symbol({info.venue, instrument.base_asset}, info));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    const Result<ExchangeInfo> info = parse_exchange_info(text, venue);
    if (info) check_list(*info);
    ACTS_ASSERT(info || info.error().message.find('\n') == std::string::npos);
  }
  for (const int status : {200, 400, 429, 503}) {
    const RestVerdict verdict = judge({.status = status, .body = text, .used_weight = text, .retry_after = text});
    ACTS_ASSERT(verdict.message.find('\n') == std::string::npos);
    ACTS_ASSERT(verdict.retry_after >= Nanos{0} && verdict.retry_after <= kMaxRetryAfter);
  }
  static_cast<void>(parse_server_time(text));
  return 0;
}
