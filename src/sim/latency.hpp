// How long an order is under way to the venue, and its answer back. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

namespace acts::sim {

// A span of time that cannot be negative.
class Latency {
 public:
  constexpr Latency() = default;
  // Errors: kUsage: negative, or longer than kMost.
  static Result<Latency> of(Nanos span);
  [[nodiscard]] constexpr Nanos span() const { return span_; }
  friend constexpr auto operator<=>(Latency, Latency) = default;

  static constexpr Nanos kMost = std::chrono::hours{1};

 private:
  explicit constexpr Latency(Nanos span) : span_(span) {}
  Nanos span_{0};
};

// A request that was really made, by its three times. `venue` at or before 1970: it was refused on its way.
struct LatencyRow {
  UnixNanos request = {};
  UnixNanos venue = {};
  UnixNanos response = {};
};

class LatencyModel {
 public:
  // Always the same.
  LatencyModel(Latency entry, Latency response) : entry_(entry), response_(response) {}
  // Between two rows in proportion to the time; before the first and behind the last theirs. Between two of which one
  // was refused, requests are refused. Errors: kBadInput: no row, requests or times of the venue that go back, a row
  // whose times do.
  static Result<LatencyModel> recorded(std::vector<LatencyRow> rows);

  struct Entry {
    Latency latency = {};     // to the venue, or of a refusal until it is known here
    bool is_refused = false;  // it never gets to the venue
  };
  // Of a request made at `now`. Times asked for one after another must not go back (asserted for recorded ones).
  Entry entry(UnixNanos now);
  // Of an answer given at `now`, the venue's time; as entry().
  Latency response(UnixNanos now);

  // No answer is quicker.
  [[nodiscard]] Latency least_response() const { return least_response_; }

 private:
  LatencyModel() = default;
  Latency entry_;
  Latency response_;
  Latency least_response_ = response_;
  struct Recorded {
    std::vector<LatencyRow> rows = {};
    std::vector<LatencyRow> answered = {};  // those that came to the venue
  };
  std::shared_ptr<const Recorded> recorded_ = {};  // of all copies; null: constant
  std::size_t next_request_ = 0;                   // the first row behind the last time that was asked for
  std::size_t next_answer_ = 0;
};

}  // namespace acts::sim
