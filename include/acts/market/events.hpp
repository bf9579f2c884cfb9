// What a venue says of one instrument, in our words. Every event carries the Scales of its values. Spans point into the
// decoder's buffers and are valid until it decodes the next message. ts_event is the venue's time; zero where the
// message has none.
#pragma once

#include <compare>
#include <cstdint>
#include <span>

#include "acts/base/time.hpp"
#include "acts/market/price.hpp"

namespace acts {

// Numbers the states of one instrument's book; ids of a stream only grow. Of a venue not negative, and below 2^62.
class UpdateId {
 public:
  constexpr UpdateId() = default;
  explicit constexpr UpdateId(std::int64_t value) : value_(value) {}
  [[nodiscard]] constexpr std::int64_t value() const { return value_; }
  [[nodiscard]] constexpr UpdateId next() const { return UpdateId{value_ + 1}; }
  [[nodiscard]] constexpr UpdateId previous() const { return UpdateId{value_ - 1}; }
  friend constexpr auto operator<=>(UpdateId, UpdateId) = default;

 private:
  std::int64_t value_ = 0;
};

// Before all of them: nothing has come yet.
inline constexpr UpdateId kNoUpdateId{-1};

enum class Side : std::uint8_t { kBid, kAsk };
constexpr Side opposite(Side side) { return side == Side::kBid ? Side::kAsk : Side::kBid; }

enum class AggressorSide : std::uint8_t { kBuy, kSell };

// One price of one side. In an update the quantity is absolute and zero deletes the level.
struct Level {
  Price price;
  Quantity quantity;
  friend bool operator==(const Level&, const Level&) = default;
};
static_assert(sizeof(Level) == 16, "a decoded level is two words: the hot path streams through them");

struct DepthUpdate {
  UpdateId first_update_id;          // U
  UpdateId last_update_id;           // u
  UpdateId previous_last_update_id;  // pu, USD-M only; else zero
  UnixNanos ts_event;
  Scales scales;
  std::span<const Level> bids;  // in the venue's order
  std::span<const Level> asks;
};

struct DepthSnapshot {
  UpdateId last_update_id;
  UnixNanos ts_event;
  // Levels a side that were asked for: a side with fewer is complete to its end. 0: not known (a foreign recording);
  // then of two sides the one with fewer levels is.
  int limit = 0;
  Scales scales;
  std::span<const Level> bids;  // best first, as the venue sends them; any order is taken
  std::span<const Level> asks;
};

struct BookTicker {
  UpdateId update_id;
  UnixNanos ts_event;
  Scales scales;
  Level bid;
  Level ask;
};

struct Trade {
  std::int64_t trade_id = 0;        // of an aggregate: its own id. Ids are at least 0, below 2^62
  std::int64_t first_trade_id = 0;  // of an aggregate: the trades it stands for; else trade_id twice
  std::int64_t last_trade_id = 0;
  bool aggregate = false;
  bool market = true;  // false: not a trade of the public book (insurance fund, ADL, price or quantity 0)
  AggressorSide aggressor = AggressorSide::kBuy;
  UnixNanos ts_event;  // engine time T
  Scales scales;
  Price price;
  Quantity quantity;
};

}  // namespace acts
