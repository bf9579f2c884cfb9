// How latencies are distributed, and one drawn: whole nanoseconds, made of whole numbers only (fixed_math.hpp), so that
// the same seed gives the same ones with every compiler and library. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/base/split_mix.hpp"
#include "acts/base/time.hpp"

#include "sim/latency_span.hpp"

namespace acts::sim {

enum class DistributionKind : std::uint8_t {
  kUniform,      // from min to max, both in it
  kExponential,  // min, and what is above it exponential: `mean` is that of all
  kGamma,        // as the sum of `shape` exponential ones: the larger, the less skewed
  kNormal,       // mean and stddev; what would be below min is min
  kLognormal,    // min, and what is above it lognormal, with the quantiles p50 and p99
  kQuantiles,    // measured: in proportion between min, the quantiles that are given, and max
};
std::string_view to_string(DistributionKind kind) noexcept;
// Errors: kUsage, with the nearest one.
Result<DistributionKind> parse_distribution_kind(std::string_view text);

// What a distribution is given by. Quantiles stand in their order.
enum class DistributionSpan : std::uint8_t {
  kMin,
  kP10,
  kP25,
  kP50,
  kP75,
  kP90,
  kP95,
  kP99,
  kP999,
  kMax,
  kMean,
  kStddev
};
inline constexpr std::array<std::string_view, 12> kDistributionSpans{"min", "p10", "p25",  "p50", "p75",  "p90",
                                                                     "p95", "p99", "p999", "max", "mean", "stddev"};

struct DistributionParameters {
  std::optional<DistributionKind> kind = {};
  std::array<std::optional<Latency>, kDistributionSpans.size()> spans = {};
  std::optional<int> shape = {};

  std::optional<Latency>& span(DistributionSpan of) { return spans[static_cast<std::size_t>(of)]; }
  [[nodiscard]] const std::optional<Latency>& span(DistributionSpan of) const {
    return spans[static_cast<std::size_t>(of)];
  }
};

class LatencyDistribution {
 public:
  static constexpr int kMostShape = 16;

  // `min` is 0 where it may be left out and is: in all kinds but uniform and quantiles. Errors: kUsage: what is
  // missing, what this kind does not have, and values that contradict each other.
  static Result<LatencyDistribution> of(const DistributionParameters& parameters);

  // From least() to Latency::kMost: what would be more is that.
  [[nodiscard]] Latency draw(SplitMix& random) const;
  [[nodiscard]] Latency least() const { return least_; }
  // "lognormal(min 2ms, p50 8ms, p99 60ms)".
  [[nodiscard]] std::string text() const;

 private:
  explicit LatencyDistribution(const DistributionParameters& parameters);
  [[nodiscard]] std::int64_t nanos(DistributionSpan of) const;
  [[nodiscard]] std::int64_t quantile(std::uint64_t share) const;
  [[nodiscard]] std::int64_t drawn(SplitMix& random) const;

  // Of quantiles: `share` of 2^64 of all are not above `at`.
  struct Point {
    uint128 share;
    std::int64_t at;
  };
  DistributionParameters parameters_;
  Latency least_;
  std::vector<Point> points_;
  std::int64_t log_of_spread_ = 0;  // of kLognormal: log2 of p99 over p50, above min
};

}  // namespace acts::sim
