#include "exchange/rest_api.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include "exchange/exchange_info_json.hpp"

namespace acts::exchange {

struct RestApi::Endpoint {
  std::string_view name;
  std::span<const std::string_view> parameters;
};

namespace {

constexpr std::string_view kSpotPrefix = "/api/v3/";
constexpr std::string_view kUsdmPrefix = "/fapi/v1/";
constexpr std::array<std::string_view, 3> kDepthParameters{"symbol", "limit", "symbolStatus"};
constexpr std::array<std::string_view, 5> kInfoParameters{"symbol", "symbols", "permissions", "showPermissionSets",
                                                          "symbolStatus"};
constexpr std::array<int, 7> kUsdmDepthLimits{5, 10, 20, 50, 100, 500, 1000};
constexpr int kSpotDefaultLimit = 100;
constexpr int kSpotLargestLimit = 5000;
constexpr int kUsdmDefaultLimit = 500;

int depth_weight(Venue venue, int limit) {
  if (venue == Venue::kBinanceUsdm) return limit <= 50 ? 2 : limit <= 100 ? 5 : limit <= 500 ? 10 : 20;
  return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1000 ? 50 : 250;
}

std::string error_body(int code, std::string_view message) {
  // A request's own bytes may stand in the message: what is no UTF-8 is replaced, where dump() would throw.
  const std::string quoted = nlohmann::json(message).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return fmt::format(R"({{"code":{},"msg":{}}})", code, quoted);
}

// What `limit` says: a number; "" where none was given; or not a number at all.
struct AskedLimit {
  bool readable = true;
  std::optional<std::int64_t> value;
};

AskedLimit asked_limit(const std::vector<QueryParameter>& parameters) {
  const std::string* text = find_parameter(parameters, "limit");
  if (text == nullptr) return {};
  std::int64_t value = 0;
  const auto [end, status] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (status != std::errc{} || end != text->data() + text->size()) return {false, std::nullopt};
  return {true, value};
}

// The levels a side that a depth request is charged for and gets; nothing for a limit the venue refuses.
std::optional<int> granted_limit(Venue venue, const AskedLimit& asked) {
  if (!asked.readable) return std::nullopt;
  if (venue == Venue::kBinanceUsdm) {
    const std::int64_t limit = asked.value.value_or(kUsdmDefaultLimit);
    if (std::ranges::find(kUsdmDepthLimits, limit) == kUsdmDepthLimits.end()) return std::nullopt;
    return static_cast<int>(limit);
  }
  const std::int64_t limit = asked.value.value_or(kSpotDefaultLimit);
  if (limit < 1) return std::nullopt;
  return static_cast<int>(std::min<std::int64_t>(limit, kSpotLargestLimit));
}

// Duplicate or unread parameters; "" if all is well.
std::string parameter_error(std::span<const std::string_view> known, const std::vector<QueryParameter>& parameters) {
  std::size_t read = 0;
  for (const QueryParameter& parameter : parameters) {
    if (std::ranges::count(parameters, parameter.name, &QueryParameter::name) > 1) {
      return error_body(-1101, "Duplicate values for a parameter detected.");
    }
    if (std::ranges::find(known, std::string_view(parameter.name)) != known.end()) ++read;
  }
  if (read == parameters.size()) return {};
  return error_body(-1104, fmt::format("Not all sent parameters were read; read '{}' parameter(s) but was sent '{}'.",
                                       read, parameters.size()));
}

constexpr std::string_view kHaltedWord = "BREAK";

std::string_view status_word(const ListedSymbol& symbol) {
  return symbol.instrument.status == TradingStatus::kTrading ? "TRADING" : kHaltedWord;
}

HttpResponse make_response(int status, std::string_view content_type, std::string body) {
  return {status, {{"Content-Type", std::string(content_type)}, {"Server", "nginx"}}, std::move(body)};
}

}  // namespace

WeightRules default_weight_rules(Venue venue) {
  WeightRules rules;
  rules.limit = venue == Venue::kBinanceUsdm ? 2400 : 6000;
  return rules;
}

RestApi::RestApi(Venue venue, const MarketSource& source, WeightRules weights, const MarketClock* clock,
                 const Faults* faults)
    : venue_(venue), source_(source), clock_(clock), faults_(faults), meter_(weights) {}

const RestApi::Endpoint* RestApi::endpoint_of(std::string_view path) const {
  static constexpr std::array<Endpoint, 4> kEndpoints{
      {{"ping", {}}, {"time", {}}, {"exchangeInfo", kInfoParameters}, {"depth", kDepthParameters}}};
  const std::string_view prefix = venue_ == Venue::kBinanceUsdm ? kUsdmPrefix : kSpotPrefix;
  if (!path.starts_with(prefix)) return nullptr;
  const auto found = std::ranges::find(kEndpoints, path.substr(prefix.size()), &Endpoint::name);
  return found == kEndpoints.end() ? nullptr : &*found;
}

std::string_view RestCall::endpoint() const { return path.substr(path.rfind('/') + 1); }

std::string RestCall::parameter(std::string_view name) const {
  const std::vector<QueryParameter> all = parse_query(query);
  const std::string* value = find_parameter(all, name);
  return value == nullptr ? std::string() : *value;
}

HttpResponse RestApi::handle(const RestCall& call, UnixNanos now, const RestView& view) {
  const Endpoint* endpoint = endpoint_of(call.path);
  if (endpoint == nullptr) {
    return make_response(404, "text/html",
                         "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found"
                         "</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n");
  }
  const Parameters parameters = parse_query(call.query);
  int weight = 1;
  if (endpoint->name == "exchangeInfo" && venue_ == Venue::kBinanceSpot) weight = 20;
  if (endpoint->name == "depth")
    weight = depth_weight(venue_, granted_limit(venue_, asked_limit(parameters)).value_or(1));

  const WeightVerdict verdict = meter_.charge(call.peer, weight, now);
  Answer result;
  if (verdict.status == 418) {
    result = {418, error_body(-1003, fmt::format("Way too much request weight used; IP banned until {}. Please use "
                                                 "WebSocket Streams for live updates to avoid bans.",
                                                 to_unix_millis(now + verdict.retry_after)))};
  } else if (verdict.status == 429) {
    result = {429,
              error_body(-1003, fmt::format("Too much request weight used; current limit is {} request weight per 1 "
                                            "MINUTE. Please use WebSocket Streams for live updates to avoid polling "
                                            "the API.",
                                            meter_.rules().limit))};
  } else if (call.method != "GET") {
    result = {405, error_body(-1000, fmt::format("Request method '{}' not supported", call.method))};
  } else {
    result = answer(*endpoint, parameters, now, view);
  }

  HttpResponse response = make_response(result.status, "application/json;charset=UTF-8", std::move(result.body));
  response.headers.push_back({"x-mbx-used-weight", fmt::format("{}", verdict.used)});
  response.headers.push_back({"x-mbx-used-weight-1m", fmt::format("{}", verdict.used)});
  if (verdict.status != 200) {
    const auto whole = std::chrono::ceil<std::chrono::seconds>(verdict.retry_after).count();
    response.headers.push_back({"Retry-After", fmt::format("{}", whole)});
  }
  return response;
}

RestApi::Answer RestApi::answer(const Endpoint& endpoint, const Parameters& parameters, UnixNanos now,
                                const RestView& view) const {
  if (venue_ == Venue::kBinanceSpot) {  // USD-M reads over what it does not know
    if (std::string error = parameter_error(endpoint.parameters, parameters); !error.empty())
      return {400, std::move(error)};
  }
  if (endpoint.name == "ping") return {200, "{}"};
  if (endpoint.name == "time")
    return {200, fmt::format(R"({{"serverTime":{}}})", to_unix_millis(now + view.clock_skew))};
  return endpoint.name == "depth" ? depth(parameters, now, view) : exchange_info(parameters, now, view);
}

// A book can be ahead of the clock: until the stream has reached the recorded snapshot, and before the market's start.
BookTimes RestApi::told_times(BookTimes times, UnixNanos now) const {
  const std::int64_t latest = to_unix_millis(now);
  if (times.event == 0) return {latest, latest};
  if (times.transaction == 0) times.transaction = times.event;
  if (clock_ == nullptr || clock_->tells_original_times()) return times;
  if (!clock_->started()) return {latest, latest};
  return {std::min(clock_->told_millis(times.event), latest), std::min(clock_->told_millis(times.transaction), latest)};
}

RestApi::Answer RestApi::depth(const Parameters& parameters, UnixNanos now, const RestView& view) const {
  const std::string* symbol = find_parameter(parameters, "symbol");
  if (symbol == nullptr || symbol->empty()) {
    return {400, error_body(-1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.")};
  }
  const AskedLimit asked = asked_limit(parameters);
  if (!asked.readable) {
    return {400, error_body(-1100, "Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'.")};
  }
  const std::optional<int> limit = granted_limit(venue_, asked);
  if (!limit) {
    if (venue_ == Venue::kBinanceSpot) return {400, error_body(-1130, "Data sent for parameter 'limit' is not valid.")};
    return {400, error_body(-4021, fmt::format("{} is not valid depth limit.", *asked.value))};
  }
  const SymbolIndex index = source_.find(*symbol);
  const SymbolState state = faults_ == nullptr ? SymbolState{} : faults_->symbol_state(*symbol, now);
  const TrueBook* book = index == kNoSymbol || !state.listed ? nullptr : source_.book(index);
  if (book == nullptr) return {400, error_body(-1121, "Invalid symbol.")};
  if (view.book != nullptr) book = view.book;
  const ListedSymbol& listed = source_.symbols()[index];
  const std::string* status = find_parameter(parameters, "symbolStatus");
  if (status != nullptr && *status != (state.halted ? kHaltedWord : status_word(listed))) {
    return {400, error_body(-1220, "The symbol's status does not match the requested symbolStatus.")};
  }

  std::string body = fmt::format(R"({{"lastUpdateId":{},)", book->last_update_id().value());
  if (venue_ == Venue::kBinanceUsdm) {
    const BookTimes times = told_times(book->times(), now);
    const std::int64_t skew = std::chrono::floor<std::chrono::milliseconds>(view.clock_skew).count();
    body += fmt::format(R"("E":{},"T":{},)", times.event + skew, times.transaction + skew);
  }
  const auto count = static_cast<std::size_t>(std::min(*limit, listed.largest_limit));
  body += R"("bids":)";
  append_levels(body, *book, Side::kBid, count, listed.text_decimals);
  body += R"(,"asks":)";
  append_levels(body, *book, Side::kAsk, count, listed.text_decimals);
  body += '}';
  return {200, std::move(body)};
}

std::vector<ListedSymbol> RestApi::listed_now(UnixNanos now) const {
  std::vector<ListedSymbol> listed;
  for (const ListedSymbol& symbol : source_.symbols()) {
    const SymbolState state = faults_ == nullptr ? SymbolState{} : faults_->symbol_state(symbol.instrument.symbol, now);
    if (!state.listed) continue;
    ListedSymbol& told = listed.emplace_back(symbol);
    if (state.halted) told.instrument.status = TradingStatus::kHalted;
    if (!state.tick_size) continue;
    told.instrument.tick_size = told.instrument.min_price = state.tick_size;
    told.text_decimals.price = std::max(told.text_decimals.price, static_cast<std::uint8_t>(state.tick_size->scale));
  }
  return listed;
}

RestApi::Answer RestApi::exchange_info(const Parameters& parameters, UnixNanos now, const RestView& view) const {
  const std::vector<ListedSymbol> listed = listed_now(now);
  std::vector<const ListedSymbol*> chosen;
  chosen.reserve(listed.size());
  for (const ListedSymbol& symbol : listed) chosen.push_back(&symbol);
  const bool selects = venue_ == Venue::kBinanceSpot;  // USD-M takes no parameter
  const std::string* one = selects ? find_parameter(parameters, "symbol") : nullptr;
  const std::string* many = selects ? find_parameter(parameters, "symbols") : nullptr;
  const std::string* status = selects ? find_parameter(parameters, "symbolStatus") : nullptr;
  if ((one != nullptr) + (many != nullptr) + (selects && find_parameter(parameters, "permissions") != nullptr) > 1) {
    return {400, error_body(-1128, "Combination of optional parameters invalid.")};
  }
  if (one != nullptr || many != nullptr) {
    const auto wanted = one != nullptr ? nlohmann::json::array({*one})
                                       : nlohmann::json::parse(*many, nullptr, /*allow_exceptions=*/false);
    if (!wanted.is_array() || wanted.empty() ||
        !std::ranges::all_of(wanted, [](const auto& name) { return name.is_string(); })) {
      return {400, error_body(-1100,
                              "Illegal characters found in parameter 'symbols'; legal range is "
                              "'^\\[(\"[^\"\\s]{1,20}\"(,\"[^\"\\s]{1,20}\")*)?\\]$'.")};
    }
    chosen.clear();
    for (const auto& name : wanted) {
      const auto found = std::ranges::find_if(
          listed, [&](const ListedSymbol& s) { return s.instrument.symbol == name.get_ref<const std::string&>(); });
      if (found == listed.end()) return {400, error_body(-1121, "Invalid symbol.")};
      chosen.push_back(&*found);
    }
  }
  if (status != nullptr)
    std::erase_if(chosen, [&](const ListedSymbol* symbol) { return *status != status_word(*symbol); });
  return {200, exchange_info_json(venue_, chosen, meter_.rules().limit, now + view.clock_skew)};
}

}  // namespace acts::exchange
