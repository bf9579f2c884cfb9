#include "sim/fixed_math.hpp"

#include <array>
#include <bit>

#include "acts/base/assert.hpp"

namespace acts::sim {
namespace {

constexpr int kRootBits = 62;                                     // behind the point of kRootsOfTwo
constexpr std::uint64_t kLn2 = 6'393'154'322'601'327'830U;        // ln 2 x 2^63
constexpr std::int64_t kWholeLog = std::int64_t{64} << kLogBits;  // log2(2^64)

// 2^(1/2), 2^(1/4), 2^(1/8), ...
constexpr std::array<std::uint64_t, kLogBits> kRootsOfTwo = [] {
  std::array<std::uint64_t, kLogBits> roots{};
  std::uint64_t before = std::uint64_t{1} << (kRootBits + 1);
  for (std::uint64_t& root : roots) before = root = integer_root(uint128{before} << unsigned{kRootBits});
  return roots;
}();

// -ln(share / 2^64) x 2^kLogBits; share above 0.
std::uint64_t minus_ln(std::uint64_t share) {
  const auto log = static_cast<std::uint64_t>(kWholeLog - log2_fixed(share));
  return static_cast<std::uint64_t>(uint128{log} * kLn2 >> 63U);
}

}  // namespace

std::int64_t log2_fixed(std::uint64_t value) {
  ACTS_ASSERT(value > 0);
  const int zeros = std::countl_zero(value);
  std::int64_t log = 63 - zeros;
  std::uint64_t rest = value << static_cast<unsigned>(zeros);  // from 1 to below 2, x 2^63
  for (int i = 0; i < kLogBits; ++i) {
    const uint128 square = uint128{rest} * rest;
    const bool is_two = (square >> 127U) != 0;
    rest = static_cast<std::uint64_t>(square >> (is_two ? 64U : 63U));
    log = log * 2 + (is_two ? 1 : 0);
  }
  return log;
}

std::uint64_t times_power_of_two(std::uint64_t value, std::int64_t exponent, std::uint64_t most) {
  ACTS_ASSERT(value <= std::uint64_t{1} << 62U);
  if (value == 0) return 0;
  const std::int64_t whole = exponent >> kLogBits;
  if (whole >= 64) return most;
  std::uint64_t factor = std::uint64_t{1} << kRootBits;  // from 1 to below 2
  for (int i = 0; i < kLogBits; ++i) {
    const bool is_in = ((exponent >> (kLogBits - 1 - i)) & 1) != 0;
    if (is_in) factor = static_cast<std::uint64_t>(uint128{factor} * kRootsOfTwo[static_cast<std::size_t>(i)] >> 62U);
  }
  const uint128 product = uint128{value} * factor;
  const std::int64_t shift = kRootBits - whole;
  if (shift > 127) return 0;
  if (shift < 0) return most;
  const uint128 result = product >> static_cast<unsigned>(shift);
  return result > most ? most : static_cast<std::uint64_t>(result);
}

std::uint64_t draw_exponential(SplitMix& random) {
  const std::uint64_t share = random.next();
  return minus_ln(share == 0 ? 1 : share);
}

// G. Marsaglia's polar method: of a point in the unit circle, at s from its middle, x times sqrt(-2 ln(s) / s).
std::int64_t draw_normal(SplitMix& random) {
  for (;;) {
    const std::uint64_t bits = random.next();
    // Odd, so that the point is never the middle: from -1 to 1, x 2^32.
    const auto odd = [](std::uint32_t half) { return 2 * std::int64_t{static_cast<std::int32_t>(half)} + 1; };
    const std::int64_t x = odd(static_cast<std::uint32_t>(bits >> 32U));
    const std::int64_t y = odd(static_cast<std::uint32_t>(bits));
    const uint128 x_squared = static_cast<uint128>(int128{x} * x);
    const uint128 s = x_squared + static_cast<uint128>(int128{y} * y);
    if ((s >> 64U) != 0) continue;
    const uint128 minus_two_ln = uint128{minus_ln(static_cast<std::uint64_t>(s))} * 2;
    constexpr unsigned kMoreBits = 2 * kNormalBits - kLogBits;
    const auto size = static_cast<std::int64_t>(integer_root(((x_squared * minus_two_ln) << kMoreBits) / s));
    return x < 0 ? -size : size;
  }
}

}  // namespace acts::sim
