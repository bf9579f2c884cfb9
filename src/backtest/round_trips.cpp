#include "backtest/round_trips.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "acts/base/assert.hpp"

#include "backtest/latency_file.hpp"

namespace acts::backtest {
namespace {

// Of what is sent after 1970 and received later no difference overflows.
bool is_possible(const RoundTrip& trip) {
  return trip.sent.value > 0 && trip.received >= trip.sent && trip.received - trip.sent <= sim::Latency::kMost;
}

}  // namespace

PossibleTrips possible_trips(std::span<const RoundTrip> trips) {
  PossibleTrips possible;
  for (const RoundTrip& trip : trips) {
    if (is_possible(trip)) {
      possible.trips.push_back(trip);
    } else {
      ++possible.left_out;
    }
  }
  return possible;
}

TripQuantiles quantiles_of(std::span<const RoundTrip> trips) {
  if (trips.empty()) return {};
  std::vector<Nanos> spans;
  spans.reserve(trips.size());
  for (const RoundTrip& trip : trips) {
    ACTS_ASSERT(is_possible(trip));
    spans.push_back(trip.received - trip.sent);
  }
  std::ranges::sort(spans);
  const auto at = [&spans](std::size_t percent) { return spans[(spans.size() * percent + 99) / 100 - 1]; };
  return {.count = spans.size(),
          .least = spans.front(),
          .p50 = at(50),
          .p90 = at(90),
          .p99 = at(99),
          .largest = spans.back()};
}

MadeLatencies latencies_of(std::span<const RoundTrip> all) {
  auto [trips, left_out] = possible_trips(all);
  std::ranges::sort(trips, {}, [](const RoundTrip& trip) { return std::tie(trip.sent, trip.received); });
  MadeLatencies made{.rows = {}, .left_out = left_out};
  for (const RoundTrip& trip : trips) {
    const sim::LatencyRow row{
        .request = trip.sent, .venue = trip.sent + (trip.received - trip.sent) / 2, .response = trip.received};
    const bool is_after =
        made.rows.empty() || (row.request > made.rows.back().request && row.venue > made.rows.back().venue);
    if (is_after) {
      made.rows.push_back(row);
    } else {
      ++made.left_out;
    }
  }
  return made;
}

std::string latency_file_text(std::span<const sim::LatencyRow> rows) {
  std::string text = fmt::format("{}\n", kLatencyHeader);
  for (const sim::LatencyRow& row : rows) {
    fmt::format_to(std::back_inserter(text), "{},{},{}\n", row.request.value, row.venue.value, row.response.value);
  }
  return text;
}

}  // namespace acts::backtest
