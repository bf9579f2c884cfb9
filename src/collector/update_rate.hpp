// Updates a second of one symbol, for people to look at. Pure; not thread-safe.
#pragma once

#include <cstdint>
#include <optional>

#include "acts/base/time.hpp"

#include "binance/depth_sync.hpp"

namespace acts::collector {

class UpdateRate {
 public:
  // About once a second, with the counters so far. `since`: when its present stream began, none without one.
  void on_second(const binance::DepthSync::Counters& counters, std::optional<UnixNanos> since, UnixNanos now);
  // The average of the last seconds, recent ones more, of whole seconds that the symbol had a stream in; 0 before.
  [[nodiscard]] double per_second() const { return weight_ > 0 ? sum_ / weight_ : 0; }

 private:
  static constexpr double kWeightOfLast = 0.3;
  // Of less time no rate is made: it goes into the next second's.
  static constexpr Nanos kShortest = std::chrono::milliseconds{500};

  std::optional<UnixNanos> from_;  // what is counted, is so up to here
  std::uint64_t counted_ = 0;
  std::uint64_t superseded_ = 0;  // by the first snapshot: they came all the same
  bool merged_ = false;
  double sum_ = 0;     // of the seconds' rates, each by its weight,
  double weight_ = 0;  // and of the weights, which are not 1 yet in the first seconds
};

}  // namespace acts::collector
