#include "history/export/fused_depth.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "history/export/hft_messages.hpp"
#include "support/testdata.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;

constexpr double kInfinity = HUGE_VAL;

// What is put in comes out; then there is none until more is put in.
class QueueSource final : public HftSource {
 public:
  explicit QueueSource(std::deque<HftEvent>& events) : events_(&events) {}
  Result<bool> next(HftEvent& event) override {
    if (events_->empty()) return false;
    event = events_->front();
    events_->pop_front();
    return true;
  }

 private:
  std::deque<HftEvent>* events_;
};

// A book of whatever comes out.
struct PlainBook {
  std::map<double, double, std::greater<>> bids;
  std::map<double, double> asks;

  void take(const HftEvent& event) {
    EXPECT_EQ(event.ival, 0);
    if ((event.ev & hft::kBuy) != 0) {
      take_side(bids, event);
    } else {
      take_side(asks, event);
    }
  }
  template <typename Side>
  static void take_side(Side& side, const HftEvent& event) {
    const std::uint64_t what = event.ev & hft::kWhat;
    if (what == hft::kClear) {
      side.erase(side.begin(), std::isinf(event.px) ? side.end() : side.upper_bound(event.px));
    } else if (what == hft::kDepth || what == hft::kSnapshot) {
      side.erase(event.px);
      if (event.qty > 0) side[event.px] = event.qty;
    } else {
      EXPECT_EQ(what, hft::kTrade);
    }
  }
};

class Fuse {
 public:
  // All that comes out of these goes into the book: how many events those were.
  std::size_t take(const std::vector<HftEvent>& events) {
    waiting_.insert(waiting_.end(), events.begin(), events.end());
    std::size_t count = 0;
    for (HftEvent event; *fused_.next(event); ++count) book.take(event);
    return count;
  }
  PlainBook book;

 private:
  std::deque<HftEvent> waiting_;
  FusedDepth fused_{std::make_unique<QueueSource>(waiting_)};
};

HftEvent of_book(std::uint64_t ev, double px, double qty, std::int64_t id) {
  return {.ev = ev, .exch_ts = 5, .local_ts = 7, .px = px, .qty = qty, .ival = id};
}
HftEvent bid(double px, double qty, std::int64_t id) { return of_book(hft::kDepth | hft::kBuy, px, qty, id); }
HftEvent ask(double px, double qty, std::int64_t id) { return of_book(hft::kDepth | hft::kSell, px, qty, id); }
HftEvent best_bid(double px, double qty, std::int64_t id) { return of_book(hft::kBest | hft::kBuy, px, qty, id); }
HftEvent best_ask(double px, double qty, std::int64_t id) { return of_book(hft::kBest | hft::kSell, px, qty, id); }

using Bids = std::map<double, double, std::greater<>>;
using Asks = std::map<double, double>;

TEST(FusedDepth, TakesAwayWhatIsBetterThanTheBest) {
  Fuse fuse;
  fuse.take({bid(100, 1, 1), bid(99, 2, 1), bid(98, 3, 1), ask(101, 1, 1), ask(103, 2, 1)});
  fuse.take({best_bid(98, 5, 4), best_ask(102, 7, 4)});
  EXPECT_EQ(fuse.book.bids, (Bids{{98, 5}}));
  EXPECT_EQ(fuse.book.asks, (Asks{{102, 7}, {103, 2}}));
  EXPECT_EQ(fuse.take({best_bid(98, 5, 5), best_ask(102, 7, 5)}), 0U) << "nothing has changed";
  EXPECT_EQ(fuse.take({best_bid(0, 0, 6), best_ask(102, 8, 6)}), 1U) << "a side without a best price";
}

TEST(FusedDepth, TellsTheTimesAndClocksOfTheBest) {
  std::deque<HftEvent> events{best_bid(98, 5, 4)};
  events.front().ev |= hft::kLocal | hft::kExchange;
  FusedDepth fused(std::make_unique<QueueSource>(events));
  HftEvent event;
  ASSERT_TRUE(*fused.next(event));
  EXPECT_EQ(event, (HftEvent{.ev = hft::kDepth | hft::kBuy | hft::kLocal | hft::kExchange,
                             .exch_ts = 5,
                             .local_ts = 7,
                             .px = 98,
                             .qty = 5}));
}

TEST(FusedDepth, LeavesOutWhatIsOlder) {
  Fuse fuse;
  fuse.take({bid(100, 1, 5), ask(101, 1, 5)});
  EXPECT_EQ(fuse.take({best_bid(90, 9, 4), best_ask(102, 9, 4)}), 0U) << "older than the depth";
  fuse.take({best_bid(99, 4, 8), best_ask(101, 2, 8)});
  // Of before the best: what lies at it or is better, it knew; what is worse, it said nothing of.
  fuse.take({bid(100, 7, 7), bid(99, 8, 7), bid(98, 9, 7), ask(101, 5, 7), ask(104, 6, 7)});
  EXPECT_EQ(fuse.book.bids, (Bids{{99, 4}, {98, 9}}));
  EXPECT_EQ(fuse.book.asks, (Asks{{101, 2}, {104, 6}}));
  fuse.take({bid(100, 7, 8), bid(99, 0, 9)});
  EXPECT_EQ(fuse.book.bids, (Bids{{100, 7}, {98, 9}}));
  fuse.take({best_bid(99, 1, 12), of_book(hft::kClear | hft::kBuy, 98, 0, 10),
             of_book(hft::kSnapshot | hft::kBuy, 100, 3, 10), of_book(hft::kClear | hft::kSell, kInfinity, 0, 10)});
  EXPECT_EQ(fuse.book.bids, (Bids{{100, 3}})) << "a snapshot counts as it stands";
  EXPECT_TRUE(fuse.book.asks.empty());
}

// As after a venue has begun its ids anew: the best prices of then are newer than the snapshot.
TEST(FusedDepth, BeginsItsIdsAnewAtASnapshot) {
  std::deque<HftEvent> events{bid(100, 1, 900),
                              best_bid(99, 5, 10),
                              of_book(hft::kClear | hft::kBuy, kInfinity, 0, 20),
                              of_book(hft::kSnapshot | hft::kBuy, 98, 1, 20),
                              best_bid(97, 4, 19),
                              best_bid(98, 3, 25),
                              bid(98, 7, 24),
                              bid(95, 7, 24)};
  FusedDepth fused(std::make_unique<QueueSource>(events));
  PlainBook book;
  for (HftEvent event; *fused.next(event);) book.take(event);
  EXPECT_EQ(book.bids, (Bids{{98, 3}, {95, 7}}));
  EXPECT_EQ(fused.left_out(), 3U) << "two best prices and a level";
}

// Messages of random ids in almost their order over a book of a few prices: what stands at the best and beyond is
// always as the latest id says.
TEST(FusedDepth, HasTheTopOfTheLatestId) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 200; ++round) {
    // The venue's book after each id, one change an id.
    std::vector<Bids> truth{{{50, 1}}};
    std::vector<std::pair<double, double>> changes{{50, 1}};
    for (int id = 1; id < 300; ++id) {
      Bids book = truth.back();
      const auto px = static_cast<double>(45 + random() % 10);
      const double qty = book.size() > 1 && random() % 2 == 0 ? 0 : static_cast<double>(1 + random() % 9);
      book.erase(px);
      if (qty > 0) book[px] = qty;
      if (book.empty()) book[px] = 1;
      changes.emplace_back(px, book.contains(px) ? book[px] : 0);
      truth.push_back(std::move(book));
    }
    Fuse fuse;
    fuse.take({bid(50, 1, 0)});
    std::size_t known = 0;   // the depth, up to this id
    std::size_t latest = 0;  // whatever was told, of this id
    while (known + 1 < truth.size()) {
      if (random() % 3 > 0) {
        const std::size_t id = std::min(known + random() % 8, truth.size() - 1);
        fuse.take({best_bid(truth[id].begin()->first, truth[id].begin()->second, static_cast<std::int64_t>(id))});
        latest = std::max(latest, id);
      } else {
        const std::size_t end = std::min(known + 1 + random() % 6, truth.size() - 1);
        std::vector<HftEvent> update;
        for (std::size_t id = known + 1; id <= end; ++id) {
          const double px = changes[id].first;
          const auto now = truth[end].find(px);
          update.push_back(bid(px, now == truth[end].end() ? 0 : now->second, static_cast<std::int64_t>(end)));
        }
        fuse.take(update);
        known = end;
        latest = std::max(latest, end);
      }
      ASSERT_EQ(*fuse.book.bids.begin(), *truth[latest].begin()) << round << ": " << known << ", " << latest;
      if (latest == known) {
        ASSERT_EQ(fuse.book.bids, truth[known]) << round;
      }
    }
  }
}

// A recording: the book's best prices are those of each best bid and offer that is not older than the depth.
void expect_best_of_recording(Venue venue, const std::string& path, std::size_t least) {
  const auto open = [&path] { return RecordingReader::open({path}); };
  const auto contents = contents_of(open, venue);
  ASSERT_TRUE(contents);
  HftMessages messages(RecordedMessages(*open(), {.venue = venue, .symbol = "BTCUSDT"}, *contents),
                       HftMessages::Trades::kSingle, nullptr, true);
  Fuse fuse;
  PlainBook depth;  // without
  std::int64_t depth_id = -1;
  std::int64_t best_id = -1;
  bool is_synced = false;
  std::size_t compared = 0;
  std::size_t same_without = 0;
  HftEvent event;
  double best_px[2] = {0, 0};
  double best_qty[2] = {0, 0};
  while (*messages.next(event)) {
    const std::uint64_t what = event.ev & hft::kWhat;
    const bool is_bid = (event.ev & hft::kBuy) != 0;
    fuse.take({event});
    if (what == hft::kSnapshot) is_synced = true;
    if (what != hft::kBest) {
      if (what != hft::kTrade) depth_id = std::max(depth_id, event.ival);
      event.ival = 0;
      depth.take(event);
      continue;
    }
    best_px[is_bid ? 0 : 1] = event.px;
    best_qty[is_bid ? 0 : 1] = event.qty;
    best_id = event.ival;
    if (is_bid || !is_synced || best_id < depth_id) continue;
    ASSERT_EQ(*fuse.book.bids.begin(), (std::pair<const double, double>(best_px[0], best_qty[0])));
    ASSERT_EQ(*fuse.book.asks.begin(), (std::pair<const double, double>(best_px[1], best_qty[1])));
    ++compared;
    const bool is_same =
        *depth.bids.begin() == *fuse.book.bids.begin() && *depth.asks.begin() == *fuse.book.asks.begin();
    if (is_same) ++same_without;
  }
  EXPECT_GT(compared, least);
  EXPECT_LT(same_without, compared * 3 / 4) << "the depth alone knew it as soon";
}

TEST(FusedDepth, HasTheBestPricesOfARecordingSooner) {
  expect_best_of_recording(Venue::kBinanceUsdm, testdata("binance-feed/usdm/btcusdt_20240808.gz"), 10'000);
  expect_best_of_recording(Venue::kBinanceSpot, testdata("binance-feed/spot/btcusdt_20240808.gz"), 10'000);
}

}  // namespace
}  // namespace acts::history
