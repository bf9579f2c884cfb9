#include "backtest/event_feed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "backtest/feed_notes.hpp"
#include "backtest/given_events.hpp"
#include "history/export/hft_order.hpp"

namespace acts::backtest {
namespace {

namespace hft = history::hft;
using history::HftEvent;

history::OpenEvents opens(std::vector<HftEvent> events) {
  return [events = std::move(events)]() -> Result<std::unique_ptr<history::HftSource>> {
    return std::make_unique<test::GivenEvents>(events);
  };
}

BacktestInstrument instrument() {
  Instrument info;
  info.tick_size = *parse_decimal("0.1");
  info.lot_size = *parse_decimal("0.001");
  return *backtest_instrument(info);
}

HftEvent timed(std::int64_t exch, std::int64_t local, double px = 100, double qty = 1) {
  return {.ev = hft::kDepth | hft::kBuy, .exch_ts = exch, .local_ts = local, .px = px, .qty = qty};
}

// Times below are nanoseconds since then: 2020-01-01.
constexpr std::int64_t kBegin = 1'577'836'800'000'000'000;
HftEvent level(std::int64_t exch, std::int64_t local, double px, double qty) {
  return timed(kBegin + exch, kBegin + local, px, qty);
}

std::vector<sim::MarketRow> all(MarketFeed& feed, FeedClock clock) {
  std::vector<sim::MarketRow> rows;
  for (;;) {
    const auto block = feed.next(clock);
    EXPECT_TRUE(block.has_value());
    if (!block || *block == nullptr) return rows;
    for (const sim::MarketRow* row = *block; row->ts != sim::kEndRow.ts; ++row) rows.push_back(*row);
  }
}

// Both orders, and the count of rows, are those of an export.
TEST(EventFeed, OrdersAsAnExportDoes) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<HftEvent> events;
    std::int64_t ts = 1'000'000;
    for (int i = 0; i < 2000; ++i) {
      ts += static_cast<std::int64_t>(random() % 20);
      events.push_back(level(ts - static_cast<std::int64_t>(random() % 200), ts, 100.0 + 0.1 * (i % 7), 0.001 * i));
    }
    history::HftMeasure measure;
    for (const HftEvent& event : events) measure.add(event);
    history::HftOrder order(measure, Nanos{0});
    for (const HftEvent& event : events) ASSERT_TRUE(order.add(event).has_value());
    order.end();
    FeedFacts facts;
    std::vector<std::int64_t> venue;
    std::vector<std::int64_t> local;
    while (const auto event = order.take()) {
      ++facts.rows;
      if ((event->ev & hft::kExchange) != 0) venue.push_back(event->exch_ts);
      if ((event->ev & hft::kLocal) != 0) local.push_back(event->local_ts);
      if ((event->ev & hft::kLocal) == 0) ++facts.only_exchange;
    }
    auto feed = EventFeed::open(opens(events), instrument(), {}, false);
    ASSERT_TRUE(feed.has_value());
    const auto venue_rows = all(**feed, FeedClock::kVenue);
    const auto local_rows = all(**feed, FeedClock::kLocal);
    ASSERT_EQ(venue_rows.size(), venue.size());
    ASSERT_EQ(local_rows.size(), local.size());
    for (std::size_t i = 0; i < venue.size(); ++i) {
      ASSERT_EQ(venue_rows[i].ts, venue[i]);
      ASSERT_EQ(local_rows[i].ts, local[i]);
    }
    EXPECT_EQ((*feed)->facts().rows, facts.rows);
    EXPECT_EQ((*feed)->facts().only_exchange, facts.only_exchange);
    EXPECT_EQ((*feed)->facts().events, events.size());
  }
}

TEST(EventFeed, ShiftsReceiveTimesThatWereBeforeTheEvent) {
  const std::vector<HftEvent> events{level(1000, 990, 100, 1), level(2000, 1950, 100, 2)};
  const auto automatic = EventFeed::open(opens(events), instrument(), {}, false);
  ASSERT_TRUE(automatic.has_value());
  EXPECT_EQ((*automatic)->facts().shift, Nanos{50});
  EXPECT_EQ(all(**automatic, FeedClock::kLocal).at(0).ts, kBegin + 1040);
  const auto none = EventFeed::open(opens(events), instrument(), {.kind = ClockShift::Kind::kNone}, false);
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(
      none.error().message,
      "messages were received up to 50ns before the venue made them: clock_shift = \"auto\" or \"50ns\" mends it");
  EXPECT_FALSE(EventFeed::open(opens(events), instrument(), {ClockShift::Kind::kFixed, Nanos{49}}, false).has_value());
  EXPECT_TRUE(EventFeed::open(opens(events), instrument(), {ClockShift::Kind::kFixed, Nanos{60}}, false).has_value());
}

TEST(EventFeed, SaysWhatItCannotUse) {
  HftEvent nothing = level(3, 3, 100, 1);
  nothing.ev = hft::kBuy | 77;
  HftEvent huge = level(4, 4, 1e300, 1);
  HftEvent no_number = level(5, 5, std::numeric_limits<double>::quiet_NaN(), 1);
  auto feed = EventFeed::open(opens({level(1, 1, 100.05, 1), level(2, 2, 100, 0.0011), nothing, huge, no_number}),
                              instrument(), {}, false);
  ASSERT_TRUE(feed.has_value());
  EXPECT_EQ(all(**feed, FeedClock::kVenue).size(), 5U);
  all(**feed, FeedClock::kLocal);
  EXPECT_EQ((*feed)->facts().off_tick, 1U);
  EXPECT_EQ((*feed)->facts().off_scale, 1U);
  EXPECT_EQ((*feed)->facts().out_of_range, 3U);
  EXPECT_FALSE(EventFeed::open(opens({}), instrument(), {}, false).has_value());
}

TEST(EventFeed, TakesOrderedEventsAsTheySay) {
  HftEvent venue_only = level(1, 9, 100, 1);
  venue_only.ev |= hft::kExchange;
  HftEvent both = level(2, 8, 100, 2);
  both.ev |= hft::kExchange | hft::kLocal;
  HftEvent local_only = level(1, 9, 100, 1);
  local_only.ev |= hft::kLocal;
  auto feed = EventFeed::open(opens({venue_only, both, local_only}), instrument(), {}, true);
  ASSERT_TRUE(feed.has_value());
  const auto venue = all(**feed, FeedClock::kVenue);
  const auto local = all(**feed, FeedClock::kLocal);
  ASSERT_EQ(venue.size(), 2U);
  ASSERT_EQ(local.size(), 2U);
  EXPECT_EQ(venue[0].quantity, 1000);
  EXPECT_EQ(local[0].quantity, 2000);
  EXPECT_EQ((*feed)->facts().rows, 3U);
  EXPECT_EQ((*feed)->facts().only_exchange, 1U);
  EXPECT_EQ((*feed)->facts().only_local, 1U);
}

TEST(EventFeed, TakesNoTradeOfNothingAndNoPriceOfNothing) {
  HftEvent trade = level(2, 2, 100, 0);
  trade.ev = hft::kTrade | hft::kBuy;
  HftEvent clear = level(5, 5, 0, 0);
  clear.ev = hft::kClear | hft::kBuy;
  const std::vector<HftEvent> events{level(1, 1, 100, 1), trade, level(3, 3, 0, 1), level(4, 4, -1, 1), clear};
  for (const bool as_hftbacktest : {false, true}) {
    auto feed = EventFeed::open(opens(events), instrument(), {}, false, as_hftbacktest);
    ASSERT_TRUE(feed.has_value());
    const auto rows = all(**feed, FeedClock::kVenue);
    ASSERT_EQ(rows.size(), 5U);
    EXPECT_EQ((*feed)->facts().out_of_range, as_hftbacktest ? 0U : 3U);
    EXPECT_EQ(rows[1].kind, as_hftbacktest ? sim::RowKind::kTrade : sim::RowKind::kNothing);
    EXPECT_EQ(rows[4].kind, sim::RowKind::kClear);
  }
  auto none = EventFeed::open(opens({trade, level(3, 3, 0, 1)}), instrument(), {}, false);
  ASSERT_TRUE(none.has_value());
  const auto block = (*none)->next(FeedClock::kVenue);
  ASSERT_FALSE(block.has_value());
  EXPECT_EQ(block.error().code, ErrorCode::kBadInput);
  EXPECT_EQ(block.error().message, "none of its 2 events can be used: are tick_size and lot_size those of the data?");
}

std::string refusal_of(std::vector<HftEvent> events, ClockShift shift = {}, bool are_ordered = false) {
  const auto feed = EventFeed::open(opens(std::move(events)), instrument(), shift, are_ordered);
  return feed ? "" : feed.error().message;
}

HftEvent ask(std::int64_t ts, double px, double qty) {
  HftEvent event = level(ts, ts, px, qty);
  event.ev = hft::kDepth | hft::kSell;
  return event;
}

// Of an update the rows may pass by each other; what stands behind it counts. A trade is no update.
TEST(EventFeed, CountsUpdatesThatCrossTheBook) {
  HftEvent trade = level(6, 6, 101, 1);
  trade.ev = hft::kTrade | hft::kBuy;
  std::vector<HftEvent> events{level(1, 1, 100, 1), ask(1, 101, 1),                   // 100 against 101
                               level(2, 2, 101, 1), ask(2, 101, 0),  ask(2, 102, 1),  // 101 against 102
                               level(3, 3, 102, 1),                     // crossed: the ask is out of sight
                               level(4, 4, 99, 1),                      // and stays so
                               ask(5, 100.5, 1),    trade,              // crossed: bids from 100.5 on are out of sight
                               level(7, 7, 103, 1), ask(7, 102.5, 1)};  // crossed again
  HftEvent clear = level(8, 8, 100, 0);
  clear.ev = hft::kClear | hft::kBuy;
  events.push_back(clear);
  auto feed = EventFeed::open(opens(events), instrument(), {}, false);
  ASSERT_TRUE(feed.has_value());
  EXPECT_EQ(all(**feed, FeedClock::kVenue).size(), events.size());
  EXPECT_EQ((*feed)->facts().book_updates, 7U);
  EXPECT_EQ((*feed)->facts().crossed_updates, 3U);
  // In a file of both orders an event stands once for each clock.
  std::vector<HftEvent> ordered;
  for (HftEvent event : events) {
    event.ev |= hft::kExchange;
    ordered.push_back(event);
    event.ev ^= hft::kExchange | hft::kLocal;
    ordered.push_back(event);
  }
  auto of_file = EventFeed::open(opens(ordered), instrument(), {}, true);
  ASSERT_TRUE(of_file.has_value());
  EXPECT_EQ(all(**of_file, FeedClock::kVenue).size(), events.size());
  EXPECT_EQ((*of_file)->facts().book_updates, 7U);
  EXPECT_EQ((*of_file)->facts().crossed_updates, 3U);
}

// 200 messages 10 ms on their way, `early` of which seem to have been received 30 s before.
std::vector<HftEvent> with_early(std::size_t early, std::int64_t latency = 10'000'000) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  std::vector<HftEvent> events;
  for (std::int64_t i = 0; i < 200; ++i) {
    const std::int64_t exch = (1000 + i) * kSecond;
    const bool is_early = i >= 50 && i < 50 + static_cast<std::int64_t>(early);
    events.push_back(level(exch, exch + latency - (is_early ? 30 * kSecond : 0), 100, 0.001 * static_cast<double>(i)));
  }
  return events;
}

TEST(EventFeed, ShiftsNoTimesForAFewThatAreEarly) {
  for (const std::int64_t latency : {10'000'000, -20'000'000}) {
    const auto events = with_early(3, latency);
    auto feed = EventFeed::open(opens(events), instrument(), {}, false);
    ASSERT_TRUE(feed.has_value());
    const FeedFacts& facts = (*feed)->facts();
    const std::int64_t shift = std::max<std::int64_t>(-latency, 0);
    EXPECT_EQ(facts.shift, Nanos{shift});
    EXPECT_EQ(facts.messages, 200U);
    EXPECT_EQ(facts.early_messages, 3U);
    EXPECT_EQ(facts.early_by, Nanos{30'000'000'000 - latency});
    EXPECT_TRUE(facts.early_are_mended);
    EXPECT_EQ(facts.local_steps.messages, 3U);
    const auto rows = all(**feed, FeedClock::kLocal);
    ASSERT_EQ(rows.size(), 200U);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const bool is_early = i >= 50 && i < 53;
      ASSERT_EQ(rows[i].ts, is_early ? events[i].exch_ts : events[i].local_ts + shift) << i;
      ASSERT_EQ(rows[i].quantity, static_cast<std::int64_t>(i)) << "they keep their order";
    }
  }
}

TEST(EventFeed, ShiftsAllTimesForManyThatAreEarlyAndWhereHftbacktestDoes) {
  const auto shift_of = [](std::size_t early, ClockShift shift, bool as_hftbacktest) {
    auto feed = EventFeed::open(opens(with_early(early)), instrument(), shift, false, as_hftbacktest);
    EXPECT_TRUE(feed.has_value());
    EXPECT_FALSE(feed && (*feed)->facts().early_are_mended);
    return feed ? (*feed)->facts().shift : Nanos{-1};
  };
  const Nanos needed{29'990'000'000};
  EXPECT_EQ(shift_of(11, {}, false), needed) << "more than one in twenty: the clock was slow";
  EXPECT_EQ(shift_of(3, {}, true), needed);
  EXPECT_EQ(shift_of(3, {ClockShift::Kind::kFixed, needed}, false), needed);
  EXPECT_EQ(refusal_of(with_early(3), {ClockShift::Kind::kNone, Nanos{0}}).substr(0, 48),
            "messages were received up to 29990ms before the ");
}

TEST(EventFeed, CountsStepsBackOfBothClocks) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const auto feed =
      EventFeed::open(opens({level(100 * kSecond, 101 * kSecond, 100, 1),
                             level(97 * kSecond, 98 * kSecond, 100, 2),  // both back, as is its other row
                             level(97 * kSecond, 98 * kSecond, 99, 2), level(99 * kSecond, 102 * kSecond, 100, 3)}),
                      instrument(), {}, false);
  ASSERT_TRUE(feed.has_value());
  EXPECT_EQ((*feed)->facts().venue_steps.messages, 2U);
  EXPECT_EQ((*feed)->facts().venue_steps.most, Nanos{3 * kSecond});
  EXPECT_EQ((*feed)->facts().local_steps.messages, 1U);
  EXPECT_EQ((*feed)->facts().local_steps.most, Nanos{3 * kSecond});
}

TEST(FeedNotes, TellWhatIsOddOnly) {
  FeedFacts facts{.shift = std::chrono::milliseconds{1020},
                  .own_shift = std::chrono::milliseconds{20},
                  .book_updates = 200,
                  .messages = 300};
  facts.venue_steps = {.messages = 40, .most = std::chrono::milliseconds{999}};
  EXPECT_TRUE(notes_of(facts, "X").empty());
  facts.crossed_updates = 199;
  facts.early_messages = 3;
  facts.early_by = std::chrono::seconds{30};
  facts.early_are_mended = true;
  facts.local_steps = {.messages = 1, .most = std::chrono::seconds{3}};
  const std::vector<std::string> notes = notes_of(facts, "X");
  ASSERT_EQ(notes.size(), 3U);
  EXPECT_EQ(
      notes[0],
      "X: 199 of 200 updates crossed the book, its best bid at or above its best ask: what is newer counts in the "
      "run, but no fill there is to be believed (acts catalog verify says where)");
  EXPECT_EQ(notes[1],
            "X: 3 of 300 messages were received up to 30s before the venue made them, and all others by no more than "
            "20ms: those few count as received when they were made (clock_shift = \"30s\" shifts all instead)");
  EXPECT_EQ(notes[2],
            "X: times of receipt step back in 1 messages, by up to 3s: rows are put in the order of their times");
  facts.shift = std::chrono::milliseconds{1021};
  EXPECT_EQ(notes_of(facts, "X")[2],
            "X: times of receipt are shifted by 1021ms, as those of another instrument need it, and by themselves need "
            "20ms: if another machine's clock was off there, say clock_shift in its [[data]]");
  facts.early_are_mended = false;
  EXPECT_TRUE(notes_of(facts, "X")[1].contains("rests on those few"));
}

TEST(EventFeed, RefusesTimesThatCannotBe) {
  const HftEvent good = timed(kBegin, kBegin);
  for (const std::int64_t ts : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, INT64_MAX}) {
    const std::string said = ", " + std::to_string(ts) + " ns since 1970, is not between 1973 and 2200";
    EXPECT_EQ(refusal_of({good, timed(ts, kBegin)}), "event 2: the venue's time" + said);
    EXPECT_EQ(refusal_of({good, timed(kBegin, ts)}), "event 2: the time of receipt" + said);
  }
  constexpr std::int64_t kLatest = 7'258'118'400'000'000'000;
  const HftEvent last = timed(kLatest, kLatest);
  EXPECT_EQ(refusal_of({last}), "");
  EXPECT_EQ(refusal_of({last}, {ClockShift::Kind::kFixed, Nanos{1}}),
            "local times shifted by 1ns are not between 1973 and 2200");
  for (const std::int64_t by : {INT64_MIN, INT64_MAX}) {
    EXPECT_TRUE(refusal_of({good}, {ClockShift::Kind::kFixed, Nanos{by}}).contains("event 1: the venue's time is"));
  }
}

// A run over times of receipt in milliseconds ended with a shift of decades, or never.
TEST(EventFeed, SaysInWhichUnitTimesSeemToBe) {
  const auto refusal = [](std::int64_t local) { return refusal_of({timed(kBegin, local), timed(kBegin, local)}); };
  EXPECT_EQ(
      refusal(kBegin / 1'000'000),
      "event 1: the time of receipt, 1577836800000, looks like milliseconds: nanoseconds since 1970 are expected");
  EXPECT_TRUE(refusal(kBegin / 1'000).contains("looks like microseconds"));
  EXPECT_TRUE(refusal(kBegin / 1'000'000'000).contains("looks like seconds"));
  EXPECT_EQ(refusal_of({timed(kBegin / 1'000'000, kBegin)}),
            "event 1: the venue's time, 1577836800000, looks like milliseconds: nanoseconds since 1970 are expected");
}

TEST(EventFeed, RefusesTwoTimesOfAnEventThatAreTooFarApart) {
  constexpr std::int64_t kDay = 24LL * 3'600 * 1'000'000'000;
  const auto apart = [](std::int64_t by, ClockShift shift = {}) {
    return refusal_of({timed(kBegin, kBegin), timed(kBegin, kBegin + by)}, shift);
  };
  EXPECT_EQ(apart(kDay), "");
  EXPECT_EQ(apart(-kDay), "");
  EXPECT_EQ(apart(kDay + 1),
            "event 2: the venue's time is 2020-01-01T00:00:00.000Z, that of receipt 2020-01-02T00:00:00.000Z: more "
            "than 1d apart, so that one of them is wrong: take it out, or say in clock_shift by how much our clock was "
            "off");
  EXPECT_TRUE(apart(-kDay - 1).starts_with("event 2: "));
  // Said to be so: it is the rest that counts.
  const ClockShift said{ClockShift::Kind::kFixed, Nanos{300 * kDay}};
  EXPECT_EQ(refusal_of({timed(kBegin, kBegin - 300 * kDay)}, said), "");
  EXPECT_TRUE(refusal_of({timed(kBegin, kBegin)}, said).starts_with("event 1: "));
  // The last event's before an outage is a snapshot's time where the venue tells none.
  HftEvent snapshot = timed(kBegin, kBegin + 3 * kDay);
  snapshot.ev = hft::kSnapshot | hft::kBuy;
  EXPECT_EQ(refusal_of({timed(kBegin, kBegin), snapshot}), "");
  snapshot.local_ts = kBegin + 401 * kDay;
  EXPECT_TRUE(refusal_of({timed(kBegin, kBegin), snapshot}).starts_with("event 2: "));
}

// A run would pass through all the time between.
TEST(EventFeed, RefusesALeapThatNoOutageTakes) {
  constexpr std::int64_t kDay = 24LL * 3'600 * 1'000'000'000;
  const auto refusal = [](std::int64_t exch, std::int64_t local, std::uint64_t clocks) {
    HftEvent first = timed(kBegin, kBegin);
    first.ev |= hft::kExchange | hft::kLocal;
    HftEvent second = timed(exch, local);
    second.ev |= clocks;
    return refusal_of({first, second}, {}, true);
  };
  const std::int64_t later = kBegin + 401 * kDay;
  EXPECT_EQ(refusal(kBegin + 400 * kDay, kBegin + 400 * kDay, hft::kExchange | hft::kLocal), "");
  EXPECT_EQ(refusal(later, later, hft::kExchange),
            "event 2: by the venue's clock it is of 2021-02-05T00:00:00.000Z, and the one before of "
            "2020-01-01T00:00:00.000Z: more than 400d apart, so that one of them is wrong: take it out, or cut the "
            "data there");
  EXPECT_TRUE(refusal(later, later, hft::kLocal).contains("by our clock"));
  EXPECT_TRUE(refusal(kBegin - 401 * kDay, kBegin - 401 * kDay, hft::kExchange).starts_with("event 2: by the venue's"));
}

// Told of from a time on, both clocks begin with the book of that time.
TEST(EventFeed, BeginsInTheMidstWithTheBookOfThatTime) {
  const auto with = [](std::uint64_t ev, HftEvent event) {
    event.ev = ev;
    return event;
  };
  constexpr std::uint64_t kBid = hft::kDepth | hft::kBuy;
  constexpr std::uint64_t kAsk = hft::kDepth | hft::kSell;
  const std::vector<HftEvent> events{
      with(kBid, level(10, 20, 100, 1)),   with(kBid, level(11, 21, 99, 2)),
      with(kAsk, level(12, 22, 101, 3)),   with(kAsk, level(13, 23, 102, 4)),
      with(kBid, level(14, 24, 99, 0)),    with(hft::kTrade | hft::kBuy, level(15, 25, 101, 1)),
      with(kAsk, level(16, 28, 101, 0)),   with(kBid, level(19, 30, 100.5, 5)),
      with(kBid, level(20, 27, 100.4, 5)), with(kBid, level(21, 31, 100.05, 1))};
  for (const std::int64_t shift : {0, 5}) {
    auto feed = EventFeed::open(opens(events), instrument(), {ClockShift::Kind::kFixed, Nanos{shift}}, false, false,
                                UnixNanos{kBegin + 29});
    ASSERT_TRUE(feed.has_value());
    const auto venue = all(**feed, FeedClock::kVenue);
    const auto local = all(**feed, FeedClock::kLocal);
    ASSERT_EQ(venue.size(), 6U);
    ASSERT_EQ(local.size(), 6U);
    EXPECT_EQ(venue[0].kind, sim::RowKind::kClearBoth);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(venue[i].ts, kBegin + 16);
      EXPECT_EQ(local[i].ts, kBegin + 29 + shift);
    }
    EXPECT_EQ(venue[1].rank, 1000);
    EXPECT_EQ(venue[1].quantity, 1000);
    EXPECT_EQ(venue[2].rank, -1020);
    EXPECT_EQ(venue[2].quantity, 4000);
    EXPECT_EQ(venue[3].ts, kBegin + 19);
    EXPECT_EQ(local[3].ts, kBegin + 29 + shift) << "received before, as the clock went back: counts as received then";
    EXPECT_EQ((*feed)->facts().events, 6U);
    EXPECT_EQ((*feed)->facts().off_tick, 1U);
  }
  const auto never = EventFeed::open(opens(events), instrument(), {}, false, false, UnixNanos{kBegin + 1000});
  ASSERT_FALSE(never.has_value());
  EXPECT_EQ(never.error().message,
            "the data has no depth and no trade in this period: look at files, from and to in [data]");
}

TEST(EventFeed, ClearsAWholeSide) {
  HftEvent clear = level(2, 2, std::numeric_limits<double>::infinity(), 0);
  clear.ev = hft::kClear | hft::kSell;
  auto feed = EventFeed::open(opens({level(1, 1, 100, 1), clear}), instrument(), {}, false);
  ASSERT_TRUE(feed.has_value());
  const auto rows = all(**feed, FeedClock::kVenue);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].kind, sim::RowKind::kClear);
  EXPECT_EQ(rows[1].side, sim::kAskSide);
  EXPECT_LE(rows[1].rank, -2'000'000'000);
}

// More than are kept are read a second time; and one clock cannot run away from the other without a limit.
TEST(EventFeed, ReadsManyEventsTwiceAndBoundsWhatWaits) {
  class Counted final : public history::HftSource {
   public:
    Counted(std::size_t count, std::int64_t lateness) : count_(count), lateness_(lateness) {}
    Result<bool> next(HftEvent& event) override {
      if (next_ == count_) return false;
      const auto ts = static_cast<std::int64_t>(next_++) * 1000;
      event = level(ts, ts + lateness_, 100.0 + 0.1 * static_cast<double>(next_ % 7), 0.001);
      return true;
    }

   private:
    std::size_t count_;
    std::int64_t lateness_;
    std::size_t next_ = 0;
  };
  int opened = 0;
  const auto open_of = [&opened](std::size_t count) {
    return [&opened, count]() -> Result<std::unique_ptr<history::HftSource>> {
      ++opened;
      return std::make_unique<Counted>(count, 10);
    };
  };
  for (const std::size_t count : {EventFeed::kMostKept, EventFeed::kMostKept + 1}) {
    opened = 0;
    auto feed = EventFeed::open(open_of(count), instrument(), {}, false);
    ASSERT_TRUE(feed.has_value());
    EXPECT_EQ(all(**feed, FeedClock::kVenue).size(), count);
    EXPECT_EQ(all(**feed, FeedClock::kLocal).size(), count);
    EXPECT_EQ((*feed)->facts().rows, count);
    EXPECT_EQ(opened, count > EventFeed::kMostKept ? 2 : 1);
  }
  auto feed = EventFeed::open(open_of(EventFeed::kMostWaiting + 100'000), instrument(), {}, false);
  ASSERT_TRUE(feed.has_value());
  for (;;) {
    const auto block = (*feed)->next(FeedClock::kVenue);
    if (block) {
      ASSERT_NE(*block, nullptr);
      continue;
    }
    EXPECT_EQ(block.error().code, ErrorCode::kBadInput);
    EXPECT_TRUE(block.error().message.contains("rows of our clock wait for the other")) << block.error().message;
    break;
  }
}

TEST(EventFeed, RefusesEventsOfOneClockAlone) {
  HftEvent event = level(1, 2, 100, 1);
  event.ev |= hft::kExchange;
  EXPECT_EQ(refusal_of({event}, {}, true), "no event has the flag of the local clock: was it made for a backtest?");
  event.ev = hft::kDepth | hft::kBuy | hft::kLocal;
  EXPECT_EQ(refusal_of({event}, {}, true),
            "no event has the flag of the exchange's clock: was it made for a backtest?");
}

}  // namespace
}  // namespace acts::backtest
