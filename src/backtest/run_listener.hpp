// What a run tells while it goes on. Everything is exact; times are the venue's unless they say otherwise.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "acts/base/decimal.hpp"
#include "acts/base/time.hpp"
#include "acts/market/order.hpp"

#include "sim/venue_order.hpp"

namespace acts::backtest {

// How long after a fill the middle price is looked at again.
inline constexpr std::array<Nanos, 4> kMarkHorizons{std::chrono::milliseconds{100}, std::chrono::seconds{1},
                                                    std::chrono::seconds{10}, std::chrono::seconds{60}};

struct ToldFill {
  Fill fill = {};                      // ts_recv: when it will be known here
  std::optional<Decimal> middle = {};  // price, right after what caused the fill
  Decimal realised = {};               // what it closed, first in first out, before fees
  Quantity beyond = {};  // of it, what the trade or the level that filled it did not have (fills = "full")
  Decimal value = {};    // settlement asset: what was paid or received for it, before fees; not negative
};

struct Sample {
  UnixNanos ts = {};  // local
  InstrumentId instrument = {};
  // Middle price as known here; none before the first event. At the end, where a side is empty: the last one told, or
  // the price of the last fill.
  std::optional<Decimal> mark = {};
  Position position = {};
  Decimal equity = {};  // cash + position x mark - fee + funding; asserted of each that is told (adds_up())

  friend bool operator==(const Sample&, const Sample&) = default;
};

class RunListener {
 public:
  virtual ~RunListener() = default;
  // `detail`: of a refusal at the venue.
  virtual void on_order(const OrderUpdate& /*update*/, sim::RefusalDetail /*detail*/) {}
  // In the order of their numbers, but for those of several instruments, which are each in order.
  virtual void on_fill(const ToldFill& /*fill*/) {}
  // By time. Of an instrument none is told twice; two that differ may have one time, and the later one counts then:
  // what is filled at the very time of the first or last sample lies between two of them.
  virtual void on_sample(const Sample& /*sample*/) {}
  // Whether on_marks() is called: looking at prices so long after each fill takes time.
  [[nodiscard]] virtual bool wants_marks() const { return true; }
  // In the order of the fills: middle prices at kMarkHorizons after it, at the venue; nothing where the data ends
  // before.
  virtual void on_marks(std::uint64_t /*fill_number*/,
                        const std::array<std::optional<Decimal>, kMarkHorizons.size()>& /*marks*/) {}
};

}  // namespace acts::backtest
