// How long an order is under way to the venue, and its answer back. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/split_mix.hpp"
#include "acts/base/time.hpp"

#include "sim/latency_distribution.hpp"
#include "sim/latency_span.hpp"

namespace acts::sim {

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
  // Each request and each answer draws its own, in two sequences that know nothing of each other: how far the venue has
  // run ahead of the requests changes neither.
  static LatencyModel drawn(LatencyDistribution entry, LatencyDistribution response, std::uint64_t seed);

  // Of drawn ones: from now on the sequences are this instrument's, and at their begin. Else nothing.
  void use_stream(std::uint32_t instrument);

  struct Period {
    UnixNanos first = {};
    UnixNanos last = {};
  };
  // From the first request to the last answer; nothing: not recorded.
  [[nodiscard]] std::optional<Period> period() const;

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
  std::shared_ptr<const Recorded> recorded_ = {};  // of all copies; null: not recorded
  std::size_t next_request_ = 0;                   // the first row behind the last time that was asked for
  std::size_t next_answer_ = 0;
  struct Drawn {
    LatencyDistribution entry;
    LatencyDistribution response;
    std::uint64_t seed = 0;
  };
  std::shared_ptr<const Drawn> drawn_ = {};  // of all copies; null: not drawn
  SplitMix entries_{0};                      // each copy goes on by itself
  SplitMix responses_{0};
};

}  // namespace acts::sim
