#include "binance/exchange_info.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <limits>
#include <unordered_set>

#include "binance/error_text.hpp"
#include "binance/venue_facts.hpp"
#include "binance/wire.hpp"

namespace acts::binance {
namespace {

namespace dom = simdjson::dom;
using simdjson::SUCCESS;
using std::string_view;

constexpr std::int64_t kMaxIntervals = 1000;
constexpr std::size_t kMaxSymbolBytes = 64;
constexpr std::int64_t kStableMargined = 1;  // `st`: 1 USD-M, 2 COIN-M

struct NamedStatus {
  string_view name;
  TradingStatus status;
};
// Spot "Enums" (2026-07-21), USD-M "Common Definition" (2026-05-28). PRE_TRADING, POST_TRADING and AUCTION_MATCH were
// documented until 2025 and stand in recordings.
constexpr auto kStatuses = std::to_array<NamedStatus>({
    {"TRADING", TradingStatus::kTrading},
    {"END_OF_DAY", TradingStatus::kHalted},
    {"HALT", TradingStatus::kHalted},
    {"BREAK", TradingStatus::kHalted},
    {"CANCEL_ONLY", TradingStatus::kHalted},
    {"PRE_TRADING", TradingStatus::kHalted},
    {"POST_TRADING", TradingStatus::kHalted},
    {"AUCTION_MATCH", TradingStatus::kHalted},
    {"PENDING_TRADING", TradingStatus::kHalted},
    {"PRE_DELIVERING", TradingStatus::kHalted},
    {"DELIVERING", TradingStatus::kHalted},
    {"PRE_SETTLE", TradingStatus::kHalted},
    {"SETTLING", TradingStatus::kHalted},
    {"DELIVERED", TradingStatus::kDelisted},
    {"CLOSE", TradingStatus::kDelisted},
});

struct FilterField {
  string_view filter;
  string_view key;
  std::optional<Decimal> Instrument::* field;
};
// MIN_NOTIONAL says minNotional on spot and notional on USD-M; NOTIONAL took its place on spot.
constexpr auto kFilterFields = std::to_array<FilterField>({
    {"PRICE_FILTER", "tickSize", &Instrument::tick_size},
    {"PRICE_FILTER", "minPrice", &Instrument::min_price},
    {"PRICE_FILTER", "maxPrice", &Instrument::max_price},
    {"LOT_SIZE", "stepSize", &Instrument::lot_size},
    {"LOT_SIZE", "minQty", &Instrument::min_quantity},
    {"LOT_SIZE", "maxQty", &Instrument::max_quantity},
    {"MIN_NOTIONAL", "minNotional", &Instrument::min_notional},
    {"MIN_NOTIONAL", "notional", &Instrument::min_notional},
    {"NOTIONAL", "minNotional", &Instrument::min_notional},
});

string_view text_of(const dom::object& object, string_view key) {
  string_view text;
  return object[key].get(text) == SUCCESS ? text : string_view{};
}

// What was read of one entry, or why it was not.
template <typename T>
struct Entry {
  T value;
  std::string problem;  // empty: good
};

std::string read_rule(const dom::element& value, const FilterField& rule, Instrument& instrument) {
  string_view text;
  if (value.get(text) != SUCCESS) return fmt::format("{} {} is not a string", rule.filter, rule.key);
  const Result<Decimal> number = parse_decimal(text);
  if (!number || number->units < 0 || number->units > std::numeric_limits<std::int64_t>::max()) {
    return fmt::format("{} {} '{}' is not a decimal of at most 18 digits", rule.filter, rule.key,
                       one_line(text, kMaxQuotedName));
  }
  if (number->units != 0) instrument.*rule.field = *number;
  return {};
}

std::string read_filter(const dom::element& element, Instrument& instrument) {
  dom::object filter;
  if (element.get(filter) != SUCCESS) return "a filter is not an object";
  const string_view type = text_of(filter, "filterType");
  for (const FilterField& rule : kFilterFields) {
    dom::element value;
    if (rule.filter != type || filter[rule.key].get(value) != SUCCESS) continue;
    if (std::string problem = read_rule(value, rule, instrument); !problem.empty()) return problem;
  }
  return {};
}

std::string read_filters(const dom::object& entry, Instrument& instrument) {
  dom::array filters;
  if (entry["filters"].get(filters) != SUCCESS) return "it has no list of filters";
  for (const dom::element filter : filters) {
    if (std::string problem = read_filter(filter, instrument); !problem.empty()) return problem;
  }
  return {};
}

Entry<Instrument> read_instrument(const dom::object& entry, Venue venue) {
  Entry<Instrument> result;
  Instrument& instrument = result.value;
  instrument.venue = venue;
  instrument.symbol = text_of(entry, "symbol");
  instrument.base_asset = text_of(entry, "baseAsset");
  instrument.quote_asset = text_of(entry, "quoteAsset");
  if (instrument.symbol.empty() || instrument.symbol.size() > kMaxSymbolBytes) {
    result.problem = "it has no symbol";
  } else if (instrument.base_asset.empty() || instrument.quote_asset.empty()) {
    result.problem = "it has no base or quote asset";
  } else {
    result.problem = read_filters(entry, instrument);
  }
  instrument.status = parse_trading_status(text_of(entry, "status"));
  return result;
}

// Rows of the sister market, seen in USD-M's lists since the two were joined. They say `contractStatus` for `status`.
bool is_coin_m(const dom::object& entry) {
  std::int64_t market = kStableMargined;
  if (entry["st"].get(market) == SUCCESS && market != kStableMargined) return true;
  dom::element ignored;
  return entry["contractStatus"].get(ignored) == SUCCESS && entry["status"].get(ignored) != SUCCESS;
}

Nanos interval_unit(string_view name) {
  using namespace std::chrono_literals;
  if (name == "SECOND") return 1s;
  if (name == "MINUTE") return 1min;
  if (name == "HOUR") return 1h;
  if (name == "DAY") return 24h;
  return 0s;
}

RateLimitType rate_limit_type(string_view name) {
  if (name == "REQUEST_WEIGHT") return RateLimitType::kRequestWeight;
  if (name == "ORDERS") return RateLimitType::kOrders;
  if (name == "RAW_REQUESTS") return RateLimitType::kRawRequests;
  return RateLimitType::kOther;
}

Entry<RateLimit> read_rate_limit(const dom::element& element) {
  dom::object entry;
  if (element.get(entry) != SUCCESS) return {{}, "it is not an object"};
  const Nanos unit = interval_unit(text_of(entry, "interval"));
  std::int64_t count = 0;
  std::int64_t limit = 0;
  if (unit == Nanos{0} || entry["intervalNum"].get(count) != SUCCESS || count < 1 || count > kMaxIntervals) {
    return {{}, "its interval is not one we know"};
  }
  if (entry["limit"].get(limit) != SUCCESS || limit < 1 || limit > std::numeric_limits<int>::max()) {
    return {{}, "its limit is not a positive number"};
  }
  return {{rate_limit_type(text_of(entry, "rateLimitType")), unit * count, static_cast<int>(limit)}, {}};
}

class InfoReader {
 public:
  explicit InfoReader(Venue venue) { info_.venue = venue; }

  void read_head(const dom::object& root) {
    std::int64_t stamp = 0;
    if (root["serverTime"].get(stamp) == SUCCESS) info_.server_time = wire_time(stamp).value_or(info_.server_time);
    dom::array entries;
    if (root["rateLimits"].get(entries) != SUCCESS) return;
    for (std::size_t i = 0; const dom::element entry : entries) {
      const Entry<RateLimit> read = read_rate_limit(entry);
      if (read.problem.empty()) {
        info_.rate_limits.push_back(read.value);
      } else {
        skip(fmt::format("rateLimits[{}]", i), read.problem);
      }
      ++i;
    }
  }

  void read_symbols(const dom::array& entries) {
    for (std::size_t i = 0; const dom::element entry : entries) read_symbol(entry, i++);
  }

  ExchangeInfo take() { return std::move(info_); }

 private:
  void read_symbol(const dom::element& element, std::size_t index) {
    dom::object entry;
    if (element.get(entry) != SUCCESS) return skip(fmt::format("symbols[{}]", index), "it is not an object");
    if (info_.venue == Venue::kBinanceUsdm && is_coin_m(entry)) {
      ++info_.coin_m;
      return;
    }
    Entry<Instrument> read = read_instrument(entry, info_.venue);
    std::string where =
        read.value.symbol.empty() ? fmt::format("symbols[{}]", index) : one_line(read.value.symbol, kMaxSymbolBytes);
    if (!read.problem.empty()) return skip(std::move(where), std::move(read.problem));
    if (!symbols_.insert(read.value.symbol).second) return skip(std::move(where), "it is listed twice");
    if (read.value.status == TradingStatus::kUnknown) {
      note(std::move(where), fmt::format("unknown status '{}'", one_line(text_of(entry, "status"), kMaxQuotedName)));
    }
    info_.instruments.push_back(std::move(read.value));
  }

  void note(std::string where, std::string what) {
    ++info_.problem_count;
    if (info_.problems.size() < kMaxListedProblems) info_.problems.push_back({std::move(where), std::move(what)});
  }

  void skip(std::string where, std::string what) {
    ++info_.skipped;
    note(std::move(where), std::move(what));
  }

  ExchangeInfo info_;
  std::unordered_set<std::string> symbols_;
};

std::unexpected<Error> bad(string_view what) {
  return fail(ErrorCode::kBadInput, fmt::format("exchangeInfo: {}", what));
}

}  // namespace

TradingStatus parse_trading_status(string_view text) noexcept {
  const auto found = std::ranges::find(kStatuses, text, &NamedStatus::name);
  return found == kStatuses.end() ? TradingStatus::kUnknown : found->status;
}

const Instrument* ExchangeInfo::find(string_view symbol) const {
  const auto found = std::ranges::find(instruments, symbol, &Instrument::symbol);
  return found == instruments.end() ? nullptr : &*found;
}

RateLimit ExchangeInfo::request_weight_limit() const {
  const VenueLimits& rules = limits(venue);
  RateLimit best{RateLimitType::kRequestWeight, rules.request_weight_window, rules.request_weight};
  bool told = false;
  for (const RateLimit& limit : rate_limits) {
    if (limit.type != RateLimitType::kRequestWeight || (told && limit.interval >= best.interval)) continue;
    best = limit;
    told = true;
  }
  return best;
}

Result<ExchangeInfo> parse_exchange_info(string_view json, Venue venue) {
  if (json.size() > kMaxExchangeInfoBytes) return bad(fmt::format("longer than {} bytes", kMaxExchangeInfoBytes));
  if (json.empty()) return bad("not a JSON object in an empty answer; ask again");
  dom::parser parser;
  dom::object root;
  const simdjson::error_code error = parser.parse(json.data(), json.size(), true).get(root);
  if (error != SUCCESS) {
    return bad(fmt::format("not a JSON object ({}) in an answer of {} bytes; ask again", simdjson::error_message(error),
                           json.size()));
  }
  dom::array symbols;
  if (root["symbols"].get(symbols) != SUCCESS) {
    std::int64_t code = 0;
    if (root["code"].get(code) != SUCCESS) return bad("it has no list of symbols; ask again");
    return bad(fmt::format("the venue answered error {} {}", code, one_line(text_of(root, "msg"))));
  }
  InfoReader reader(venue);
  reader.read_head(root);
  reader.read_symbols(symbols);
  return reader.take();
}

}  // namespace acts::binance
