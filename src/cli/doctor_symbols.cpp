#include <fmt/format.h>

#include <optional>

#include "binance/rest.hpp"
#include "binance/venue_facts.hpp"
#include "cli/command.hpp"
#include "cli/doctor.hpp"
#include "net/http_client.hpp"
#include "net/proxy.hpp"

namespace acts::cli {
namespace {

std::vector<binance::SymbolWish> wishes_of(const CollectSettings& settings, Venue venue) {
  std::vector<binance::SymbolWish> wishes;
  for (const std::string& typed : settings.symbols) {
    const auto wish = binance::parse_symbol_wish(typed, settings.venue);
    if (wish && wish->venue == venue) wishes.push_back(*wish);
  }
  return wishes;
}

Result<binance::ExchangeInfo> read_list(const CollectSettings& settings, Venue venue) {
  const Result<ProxySettings> proxy = proxy_settings_from_environment();
  if (!proxy) return std::unexpected(proxy.error());
  EventLoop loop;
  HttpClient client(loop, {.ca_file = settings.ca_file, .proxy = *proxy});
  const std::string& given = settings.addresses_of(venue).rest_url;
  HttpRequest request;
  request.url = given.empty() ? std::string(binance::endpoints(venue).rest.front()) : given;
  request.url += binance::exchange_info_request(venue).target;
  request.timeout = kListTimeout;
  std::optional<Result<binance::ExchangeInfo>> list;
  client.request(std::move(request), [&](const NetResult<HttpResponse>& response) {
    if (!response) {
      list = fail(ErrorCode::kRetry, response.error().message);
    } else if (const auto verdict =
                   binance::judge({.status = response->status, .body = response->body}, binance::BareRefusal::kPassing);
               verdict.outcome != binance::RestOutcome::kOk) {
      list = fail(ErrorCode::kRetry, verdict.message);
    } else {
      list = binance::parse_exchange_info(response->body, venue);
    }
    loop.stop();
  });
  loop.run_for(2 * kListTimeout);
  return list ? std::move(*list) : fail(ErrorCode::kRetry, "no answer in time");
}

}  // namespace

std::vector<Finding> judge_symbols(std::span<const binance::SymbolWish> wishes, const binance::ExchangeInfo& info) {
  std::vector<Finding> findings;
  for (const binance::SymbolWish& wish : wishes) {
    const Result<const Instrument*> found = binance::resolve_symbol(wish, info);
    if (!found) findings.push_back({Verdict::kBad, "symbols", found.error().message, {}, kExitUsage});
  }
  if (findings.empty()) {
    findings.push_back(
        {Verdict::kGood, "symbols",
         fmt::format("{} lists all {} that are wanted", to_string(wishes.front().venue), wishes.size())});
  }
  return findings;
}

std::vector<Finding> check_symbols(const CollectSettings& settings, std::span<const Venue> venues) {
  std::vector<Finding> findings;
  for (const Venue venue : venues) {
    const std::vector<binance::SymbolWish> wishes = wishes_of(settings, venue);
    if (wishes.empty()) continue;
    const Result<binance::ExchangeInfo> list = read_list(settings, venue);
    if (!list) {
      findings.push_back({Verdict::kWarning, "symbols",
                          fmt::format("the list of {} could not be read: {}", to_string(venue), list.error().message)});
      continue;
    }
    for (Finding& finding : judge_symbols(wishes, *list)) findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace acts::cli
