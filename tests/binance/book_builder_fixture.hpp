// A book's builder that is handed updates, snapshots and audits in few words, at a time that only pass() moves.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "binance/book_builder.hpp"

namespace acts::binance::test {

using std::chrono::hours;
using std::chrono::seconds;
using Outcome = BookBuilder::SnapshotOutcome;
using Why = SnapshotWanted::Why;

inline constexpr UnixNanos kStart{1'700'000'000'000'000'000};
inline constexpr std::int64_t kMaxUnits = std::numeric_limits<std::int64_t>::max();

inline Level level(std::int64_t price, std::int64_t quantity) { return {Price{price}, Quantity{quantity}}; }

class BookBuilderTest : public testing::Test {
 protected:
  Result<UpdateVerdict> try_update(std::int64_t first, std::int64_t last, std::vector<Level> bids,
                                   std::vector<Level> asks, Scales scales = {}) {
    return builder_.on_update({UpdateId{first}, UpdateId{last}, UpdateId{}, UnixNanos{last}, scales, bids, asks}, now_);
  }
  UpdateVerdict update(std::int64_t first, std::int64_t last, std::vector<Level> bids = {},
                       std::vector<Level> asks = {}, Scales scales = {}) {
    return try_update(first, last, std::move(bids), std::move(asks), scales).value();
  }
  Result<Outcome> try_snapshot(std::int64_t id, std::vector<Level> bids, std::vector<Level> asks, int limit,
                               Scales scales = {}) {
    return builder_.on_snapshot({UpdateId{id}, {}, limit, scales, bids, asks}, now_);
  }
  Outcome audit(std::int64_t id, std::vector<Level> bids, std::vector<Level> asks, int limit = 1000) {
    return builder_.on_snapshot({UpdateId{id}, {}, limit, {}, bids, asks}, now_, SnapshotUse::kAudit).value();
  }
  Outcome snapshot(std::int64_t id, std::vector<Level> bids, std::vector<Level> asks, int limit = 1000,
                   Scales scales = {}) {
    return try_snapshot(id, std::move(bids), std::move(asks), limit, scales).value();
  }
  void trade(std::int64_t price, Scales scales = {}, bool market = true,
             UnixNanos ts_event = UnixNanos{std::numeric_limits<std::int64_t>::max()}) {
    Trade trade;
    trade.ts_event = ts_event;
    trade.price = Price{price};
    trade.quantity = Quantity{1};
    trade.scales = scales;
    trade.market = market;
    builder_.on_trade(trade);
  }
  std::optional<Why> asked() {
    const std::optional<SnapshotWanted> wanted = builder_.poll_action(now_);
    return wanted ? std::optional(wanted->why) : std::nullopt;
  }
  // "bids 100x5 90x1 asks 110x7", best first; a suspect level with "?".
  std::string book() const {
    std::string text;
    for (const Side side : {Side::kBid, Side::kAsk}) {
      text += side == Side::kBid ? "bids" : " asks";
      builder_.book().side(side).walk([&](const BookLevel& at) {
        text += " " + std::to_string(at.price.units()) + "x" + std::to_string(at.quantity.units()) +
                (builder_.book().is_suspect(at) ? "?" : "");
        return true;
      });
    }
    return text;
  }
  void pass(Nanos span) { now_ = now_ + span; }
  SyncStatus status() const { return builder_.status(); }

  UnixNanos now_ = kStart;
  BookBuilder builder_{Venue::kBinanceSpot, Scales{}};
};

inline constexpr SyncStatus kInSync{SyncState::kInSync, Reason::kNone};

}  // namespace acts::binance::test
