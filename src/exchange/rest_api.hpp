// The exchange's REST interface: ping, time, exchangeInfo and depth of one venue, with its weights, headers and errors.
// Pure.
//
// Rules: spot REST API, read 2026-07-21; USD-M market data, read 2026-05-28. A request costs its weight whether it is
// right or wrong. Paths that are not served answer 404 with a page of HTML, as the venue's edge does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "exchange/faults.hpp"
#include "exchange/market_clock.hpp"
#include "exchange/market_source.hpp"
#include "exchange/url_query.hpp"
#include "exchange/weight_meter.hpp"
#include "net/http_message.hpp"

namespace acts::exchange {

// 6000 or 2400 a minute.
WeightRules default_weight_rules(Venue venue);

struct RestCall {
  std::string_view method;
  std::string_view path;   // as received
  std::string_view query;  // as received, without "?"
  std::string_view peer;   // the client's address: weights are counted by it

  // The last part of the path: "depth". And what a parameter says; "" if it is not given.
  [[nodiscard]] std::string_view endpoint() const;
  [[nodiscard]] std::string parameter(std::string_view name) const;
};

// What an answer shows instead of the truth.
struct RestView {
  const TrueBook* book = nullptr;  // for the symbol's own
  Nanos clock_skew{0};             // of the time that is told
};

class RestApi {
 public:
  // `source` outlives the object, and so do `clock`, whose times are told (nullptr: the source's), and `faults`.
  RestApi(Venue venue, const MarketSource& source, WeightRules weights, const MarketClock* clock = nullptr,
          const Faults* faults = nullptr);

  HttpResponse handle(const RestCall& call, UnixNanos now, const RestView& view = {});

 private:
  struct Answer {
    int status = 200;
    std::string body;
  };
  struct Endpoint;
  using Parameters = std::vector<QueryParameter>;

  [[nodiscard]] const Endpoint* endpoint_of(std::string_view path) const;
  [[nodiscard]] Answer answer(const Endpoint& endpoint, const Parameters& parameters, UnixNanos now,
                              const RestView& view) const;
  [[nodiscard]] Answer depth(const Parameters& parameters, UnixNanos now, const RestView& view) const;
  [[nodiscard]] BookTimes told_times(BookTimes times, UnixNanos now) const;
  [[nodiscard]] Answer exchange_info(const Parameters& parameters, UnixNanos now, const RestView& view) const;
  [[nodiscard]] std::vector<ListedSymbol> listed_now(UnixNanos now) const;

  Venue venue_;
  const MarketSource& source_;
  const MarketClock* clock_;
  const Faults* faults_;
  WeightMeter meter_;
};

}  // namespace acts::exchange
