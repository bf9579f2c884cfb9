#include "support/book_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>

#include "acts/base/assert.hpp"
#include "acts/base/decimal.hpp"

namespace acts::test {
namespace {

using binance::SnapshotWanted;

// The venue's units are tenths.
constexpr int kVenueDecimals = 1;

std::vector<Level> scaled(const std::vector<Level>& levels, Scales scales) {
  std::vector<Level> out;
  for (const Level& level : levels) {
    std::int64_t price = level.price.units();
    std::int64_t quantity = level.quantity.units();
    const bool fits = shift_decimals(price, scales.price - kVenueDecimals) &&
                      shift_decimals(quantity, scales.quantity - kVenueDecimals);
    ACTS_ASSERT(fits);
    out.push_back({Price{price}, Quantity{quantity}});
  }
  return out;
}

constexpr int kUsualDecimals = 4;

// As many decimals as values of up to so many of the venue's units have room for.
std::uint8_t most_decimals(std::int64_t units) {
  int decimals = kVenueDecimals;
  while (decimals < kMaxScale && units <= std::numeric_limits<std::int64_t>::max() / power_of_ten(decimals)) ++decimals;
  return static_cast<std::uint8_t>(decimals);
}

struct Levels {
  const std::vector<Level>* bids;
  const std::vector<Level>* asks;

  [[nodiscard]] Scales least() const {
    Scales scales;
    for (const std::vector<Level>* side : {bids, asks}) {
      for (const Level& level : *side) {
        if (level.price.units() % 10 != 0) scales.price = kVenueDecimals;
        if (level.quantity.units() % 10 != 0) scales.quantity = kVenueDecimals;
      }
    }
    return scales;
  }
  // With bit 0 of `which` of the price, with bit 1 of the quantity.
  [[nodiscard]] Scales most(Scales usual, unsigned which) const {
    std::int64_t price = 1;
    std::int64_t quantity = 1;
    for (const std::vector<Level>* side : {bids, asks}) {
      for (const Level& level : *side) {
        price = std::max(price, level.price.units());
        quantity = std::max(quantity, level.quantity.units());
      }
    }
    if ((which & 1U) != 0) usual.price = most_decimals(price);
    if ((which & 2U) != 0) usual.quantity = most_decimals(quantity);
    return usual;
  }
};

Scales finer_of(Scales a, Scales b) { return {std::max(a.price, b.price), std::max(a.quantity, b.quantity)}; }
bool is_usual(Scales scales) { return std::max(scales.price, scales.quantity) <= kUsualDecimals; }

}  // namespace

BookClient::BookClient(std::uint64_t seed, bool usdm)
    : venue_(seed, usdm), builder_(usdm ? Venue::kBinanceUsdm : Venue::kBinanceSpot, Scales{}) {}

std::string BookClient::act(std::uint8_t what, std::uint8_t how) {
  const std::size_t events = venue_.events().size();
  if (what < 80) {
    venue_.step();
  } else if (what < 160) {
    if (next_event_ < events) deliver(venue_.events()[next_event_++], how);
  } else if (what < 166) {
    next_event_ = std::min(next_event_ + 1 + how % 3, events);  // lost, sometimes before our eyes
    if (how % 4 == 3) builder_.on_lost(now_);
  } else if (what < 172) {
    if (events > 0) deliver(venue_.events()[how % std::max<std::size_t>(next_event_, 1) % events], how);  // again
  } else if (what < 174) {
    DepthUpdate senseless;
    senseless.first_update_id = UpdateId{how + 1};
    senseless.scales = builder_.book().scales();
    if (builder_.on_update(senseless, now_)) wrong_ = "an update with U above u was taken";
  } else if (what < 200) {
    if (builder_.poll_action(now_)) {
      asked_ = true;
      if (builder_.poll_action(now_)) wrong_ = "two requests are under way";
    }
  } else if (what < 222) {
    answer(how);
  } else if (what < 226) {
    if (asked_) builder_.on_snapshot_failed(now_);
    asked_ = false;
  } else if (what < 232) {
    see_trade(how);
  } else if (what < 236) {
    builder_.want_snapshot(how % 2 == 0 ? SnapshotWanted::Why::kEdge : SnapshotWanted::Why::kRefresh, now_);
  } else if (what < 238) {
    builder_.on_stream_open(now_);
  } else if (what < 240) {
    decimals_ = std::min<std::uint8_t>(decimals_ + how % 2, kUsualDecimals);
  } else if (what < 255) {
    pass(std::chrono::milliseconds{1} * (std::int64_t{1} << (how % 18)));
  } else {
    pass(std::chrono::hours{1} * (how % 30));
  }
  return violation();
}

void BookClient::deliver(const VenueEvent& event, std::uint8_t how) {
  // Now and then one decoded before the decoder was told, or of so many decimals that other levels have no room.
  const Levels levels{&event.bids, &event.asks};
  Scales scales = levels.least();
  if (how % 16 != 0) scales = finer_of(scales, {decimals_, decimals_});
  if (how % 64 == 1) scales = levels.most(scales, 1 + how / 64);
  const std::vector<Level> bids = scaled(event.bids, scales);
  const std::vector<Level> asks = scaled(event.asks, scales);
  DepthUpdate update = event.view();
  update.scales = scales;
  update.bids = bids;
  update.asks = asks;
  const bool may_be_refused = !is_usual(scales) || !is_usual(builder_.book().scales());
  if (builder_.on_update(update, now_)) {
    ++delivered_;
  } else if (may_be_refused) {
    builder_.on_lost(now_);
  } else {
    wrong_ = "an update of the venue was refused";
  }
}

// Of now, or up to a few events old; the venue may be ahead of what has been delivered.
void BookClient::answer(std::uint8_t how) {
  constexpr int kLimits[] = {5, 10, 50, 1000};
  const std::int64_t age = how % 4 == 0 ? 0 : how % 64;
  const UpdateId id{std::max(venue_.first_id().value(), venue_.last_id().value() - age)};
  const VenueSnapshot snapshot = venue_.snapshot(id, kLimits[how / 64]);
  if (snapshot.bids.empty() || snapshot.asks.empty()) return;
  const Levels levels{&snapshot.bids, &snapshot.asks};
  const Scales scales = levels.least();
  const std::vector<Level> bids = scaled(snapshot.bids, scales);
  const std::vector<Level> asks = scaled(snapshot.asks, scales);
  DepthSnapshot answer = snapshot.view();
  answer.scales = scales;
  answer.bids = bids;
  answer.asks = asks;
  // In a gap, and with nothing newer than it, there is room for whatever a snapshot holds.
  const bool may_be_refused = !is_usual(builder_.book().scales()) &&
                              (!builder_.book().coverage().empty() || id < builder_.book().last_update_id());
  if (!builder_.on_snapshot(answer, now_)) {
    if (!may_be_refused) wrong_ = "a snapshot of the venue was refused";
    builder_.on_snapshot_failed(now_);
  }
  asked_ = false;
}

// As the venue stands at what has been delivered.
void BookClient::see_trade(std::uint8_t how) {
  if (truth_id_.value() < 0 || truth_.bids.empty() || truth_.asks.empty()) return;
  Trade trade;
  trade.price = how % 2 == 0 ? truth_.bids.rbegin()->first : truth_.asks.begin()->first;
  trade.scales = {kVenueDecimals, kVenueDecimals};
  trade.quantity = Quantity{1};
  trade.ts_event = UnixNanos{std::numeric_limits<std::int64_t>::max()};
  builder_.on_trade(trade);
}

void BookClient::pass(Nanos span) {
  now_ = now_ + span;
  const std::optional<UnixNanos> deadline = builder_.next_deadline();
  if (!deadline || *deadline > now_) return;
  builder_.on_timeout(now_);
  if (builder_.sync().next_deadline() == now_) {
    if (!builder_.poll_action(now_)) wrong_ = "a deadline stands and there is nothing to do";
    asked_ = true;
  }
  if (const auto next = builder_.next_deadline(); next && *next <= now_) wrong_ = "a deadline is left behind";
}

std::string BookClient::violation() {
  const UpdateId last = builder_.book().last_update_id();
  if (last.value() >= 0) {
    // An old snapshot behind a run of stale updates looks as if the venue counted anew: the book goes back to them.
    if (truth_id_.value() < 0 || last < truth_id_) truth_ = venue_.book_at(truth_id_ = venue_.first_id());
    venue_.advance(truth_, truth_id_, last);
    truth_id_ = last;
  }
  for (const std::string& problem : {wrong_, check_sync(), check_side(Side::kBid), check_side(Side::kAsk)}) {
    if (!problem.empty()) return problem;
  }
  return {};
}

std::string BookClient::check_sync() const {
  const binance::DepthSync& sync = builder_.sync();
  const OrderBook& book = builder_.book();
  const SyncState state = sync.status().state;
  if (sync.last_update_id() != book.last_update_id()) return "sync and book are not at the same id";
  if (sync.counters().applied + sync.counters().stale != delivered_) return "updates are not all counted";
  if (book.has_snapshot() != (state != SyncState::kSyncing)) return "syncing after the first snapshot, or not before";
  if ((state == SyncState::kInSync) == book.coverage().empty()) return "K does not go with the state";
  if (sync.has_event() && state != SyncState::kInSync && !sync.next_deadline()) return "out of sync, and nothing comes";
  const bool suspects = book.suspect_count(Side::kBid) + book.suspect_count(Side::kAsk) > 0;
  if (suspects && !builder_.next_deadline()) return "suspects that never grow old";
  if (book.crossed() && state == SyncState::kInSync && builder_.status().reason != Reason::kCrossedBook) {
    return "a crossed book is not flagged";
  }
  return {};
}

// What is exact is the venue's, and inside K everything is.
std::string BookClient::check_side(Side side) const {
  const OrderBook& book = builder_.book();
  // In units of both: the book's times the venue's factor, the venue's times the book's.
  const int128 tenths = power_of_ten(kVenueDecimals);
  const int128 factor = power_of_ten(book.scales().price);
  const int128 quantity_factor = power_of_ten(book.scales().quantity);
  std::size_t covered = 0;
  std::string problem;
  book.side(side).walk([&](const BookLevel& level) {
    const bool inside = book.coverage().contains(level.price);
    covered += static_cast<std::size_t>(inside);
    if (inside && book.is_suspect(level)) problem = "a suspect level inside K";
    if (book.is_suspect(level)) return true;
    const auto units = static_cast<std::int64_t>(level.price.units() * tenths / factor);
    const auto known = truth_.side(side).find(Price{units});
    if (known == truth_.side(side).end() || known->first.units() * factor != level.price.units() * tenths ||
        known->second.units() * quantity_factor != level.quantity.units() * tenths) {
      problem = fmt::format("a level that the venue has not: {} x {}", level.price.units(), level.quantity.units());
    }
    return true;
  });
  if (!problem.empty()) return problem;
  const auto inside = std::ranges::count_if(truth_.side(side), [&](const auto& level) {
    const int128 units = level.first.units() * factor;
    const auto contains = [&](int128 at) {
      const int128 held = std::min<int128>(at, std::numeric_limits<std::int64_t>::max());
      return book.coverage().contains(Price{static_cast<std::int64_t>(held)});
    };
    return contains(units / tenths) && contains((units + tenths - 1) / tenths);
  });
  if (static_cast<std::size_t>(inside) != covered) return fmt::format("{} of {} levels inside K", covered, inside);
  return {};
}

}  // namespace acts::test
