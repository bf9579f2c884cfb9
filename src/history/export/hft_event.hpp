// One event as the backtester hftbacktest keeps it, 64 bytes: its files are arrays of these. Prices and quantities are
// doubles there: the nearest ones to the exact values.
// Layout and flags: hftbacktest 2.4, docs, "Data", read 2026-11.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <type_traits>

#include "acts/base/result.hpp"

namespace acts::history {

struct HftEvent {
  std::uint64_t ev = 0;       // flags, and in the lowest byte what it is
  std::int64_t exch_ts = 0;   // nanoseconds since 1970 UTC: the venue's,
  std::int64_t local_ts = 0;  // and ours
  double px = 0;
  double qty = 0;
  std::uint64_t order_id = 0;  // of books by order; here 0, as the last two
  std::int64_t ival = 0;
  double fval = 0;

  friend bool operator==(const HftEvent&, const HftEvent&) = default;
};
static_assert(sizeof(HftEvent) == 64 && std::is_trivially_copyable_v<HftEvent>);
static_assert(std::endian::native == std::endian::little, "files hold them as they are in memory");

namespace hft {

inline constexpr std::uint64_t kExchange = 1ULL << 31U;  // happens at the venue now
inline constexpr std::uint64_t kLocal = 1ULL << 30U;     // is known here now
inline constexpr std::uint64_t kBuy = 1ULL << 29U;       // bid, or a buyer was the taker
inline constexpr std::uint64_t kSell = 1ULL << 28U;

inline constexpr std::uint64_t kWhat = 0xFFU;
inline constexpr std::uint64_t kDepth = 1;  // a level's quantity
inline constexpr std::uint64_t kTrade = 2;
inline constexpr std::uint64_t kClear = 3;     // the levels of a side up to px are gone
inline constexpr std::uint64_t kSnapshot = 4;  // a level of a snapshot
inline constexpr std::uint64_t kBest = 5;      // the best price of a side, and what is there

}  // namespace hft

class HftSource {
 public:
  virtual ~HftSource() = default;
  // True: `event` is the next one. False: there is none, however often asked. An error is final.
  virtual Result<bool> next(HftEvent& event) = 0;
  // Of what has been read: events that are none any more, as others were newer.
  [[nodiscard]] virtual std::uint64_t left_out() const { return 0; }
};

}  // namespace acts::history
