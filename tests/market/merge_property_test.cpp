// OrderBook, used as its contract says, against a simulated venue whose events get lost and whose snapshots are stale,
// partial and late.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "acts/market/book_audit.hpp"
#include "acts/market/order_book.hpp"

#include "market/book_oracle.hpp"
#include "support/rounds.hpp"
#include "support/venue_model.hpp"

namespace acts::test {
namespace {

// A client of the venue: takes events in order, notices gaps by the venue's rule, merges snapshots when it may.
class Client {
 public:
  Client(std::uint64_t seed, bool usdm) : random_(seed + 1'000'003), usdm_(usdm), venue_(seed, usdm) {}

  void act() {
    const std::uint64_t dice = below(1'000);
    if (dice < 350) {
      venue_.step();
    } else if (dice < 700) {
      take_event();
    } else if (dice < 720) {
      next_event_ = std::min(next_event_ + 1 + below(3), venue_.events().size());  // lost
    } else if (dice < 790) {
      ask_for_snapshot();
    } else if (dice < 970) {
      deliver_snapshot();
    } else if (dice < 975) {
      reconnect();
    } else if (dice < 995) {
      see_trade();
    } else {
      drop_old_suspects();
    }
    ASSERT_NO_FATAL_FAILURE(check());
  }

  // What has been seen in the whole run: a test that never merges into suspects shows nothing.
  struct Seen {
    int gaps = 0;
    int merges = 0;
    int healing_merges = 0;
    int stale_merges = 0;  // older than the last applied event
    int growing_merges = 0;
    std::uint64_t ghosts = 0;
    std::size_t suspects = 0;
    std::size_t kept = 0;
    std::size_t audited = 0;
    std::size_t audited_newer = 0;
  };
  [[nodiscard]] Seen seen() const { return seen_; }

 private:
  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  void take_event() {
    if (next_event_ == venue_.events().size()) return;
    const VenueEvent& event = venue_.events()[next_event_++];
    const UpdateId last = book_.last_update_id();
    const bool has_state = last.value() >= 0;
    if (has_state && (usdm_ ? event.last_update_id < last : event.last_update_id <= last)) return;  // stale
    const UpdateId from = usdm_ ? event.previous_last_update_id : event.first_update_id.previous();
    if (reconnected_ || (has_state && from > last)) {
      if (!reconnected_) mark_gap();
      heals_from_ = from;
      reconnected_ = false;
    } else if (!has_state) {
      heals_from_ = from;
    }
    has_event_ = true;
    book_.apply(event.view(), UnixNanos{});
    oracle_.on_update(event);
  }

  void mark_gap() {
    book_.mark_gap();
    oracle_.on_gap();
    heals_from_.reset();
    ++seen_.gaps;
  }

  // The connection is lost, with or without events; what comes next says where the gap ends.
  void reconnect() {
    if (!has_event_) return;
    mark_gap();
    reconnected_ = true;
    next_event_ = std::min(next_event_ + below(4), venue_.events().size());
  }

  void ask_for_snapshot() {
    constexpr int kLimits[] = {5, 10, 20, 50, 100, 1000};
    const std::int64_t age = below(3) == 0 ? 0 : static_cast<std::int64_t>(below(120));
    const UpdateId id{std::max(venue_.first_id().value(), venue_.last_id().value() - age)};
    if (snapshots_.size() < 4) snapshots_.push_back(venue_.snapshot(id, kLimits[below(std::size(kLimits))]));
  }

  void deliver_snapshot() {
    if (snapshots_.empty() || reconnected_) return;
    const auto at = snapshots_.begin() + static_cast<std::ptrdiff_t>(below(snapshots_.size()));
    const UpdateId id = at->last_update_id;
    const bool too_old = (heals_from_ && id < *heals_from_) || !book_.can_merge(id);
    if (!too_old && has_event_ && id > book_.last_update_id()) return;  // waits until the stream has reached it
    const VenueSnapshot snapshot = std::move(*at);
    snapshots_.erase(at);
    if (!too_old) merge(snapshot);
  }

  void merge(const VenueSnapshot& snapshot) {
    // A second one before the first event: what lies between the two was not seen.
    if (book_.last_update_id().value() >= 0 && snapshot.last_update_id > book_.last_update_id()) oracle_.on_gap();
    seen_.merges += 1;
    seen_.stale_merges += static_cast<int>(snapshot.last_update_id < book_.last_update_id());
    seen_.growing_merges += static_cast<int>(!book_.coverage().empty());
    const std::size_t suspects = book_.suspect_count(Side::kBid) + book_.suspect_count(Side::kAsk);
    seen_.healing_merges += static_cast<int>(suspects > 0 && book_.coverage().empty());
    const BookAudit found = audit(book_, snapshot.view());
    EXPECT_EQ(found.differences(), 0U) << "an audit contradicts a true book";
    seen_.audited += found.match;
    seen_.audited_newer += found.newer;
    seen_.kept += book_.merge(snapshot.view()).kept;
    oracle_.on_merge(snapshot, venue_.book_at(book_.last_update_id()));
  }

  void see_trade() {
    if (book_.last_update_id().value() < 0) return;
    const VenueBook truth = venue_.book_at(book_.last_update_id());
    if (truth.bids.empty() || truth.asks.empty()) return;
    const Price price = below(2) == 0 ? truth.bids.rbegin()->first : truth.asks.begin()->first;
    book_.remove_traded_through(price);
    oracle_.on_trade(price);
  }

  void drop_old_suspects() {
    const UpdateId upto{book_.last_update_id().value() - static_cast<std::int64_t>(below(200))};
    book_.remove_suspects(upto);
    oracle_.on_age_limit(upto);
  }

  void check() {
    const UpdateId last = book_.last_update_id();
    if (last.value() < 0) return;
    if (truth_id_.value() < 0) truth_ = venue_.book_at(truth_id_ = venue_.first_id());
    venue_.advance(truth_, truth_id_, last);
    truth_id_ = last;
    oracle_.expect_equal(book_);
    BookOracle::expect_true(book_, truth_);
    seen_.suspects += book_.suspect_count(Side::kBid);
    seen_.ghosts = book_.ghosts();
    if (testing::Test::HasFailure()) FAIL() << "last applied id " << last.value();
  }

  std::mt19937_64 random_;
  bool usdm_;
  VenueModel venue_;
  OrderBook book_;
  BookOracle oracle_;
  std::deque<VenueSnapshot> snapshots_;
  std::size_t next_event_ = 0;
  std::optional<UpdateId> heals_from_;  // a snapshot older than this does not heal the last gap
  bool has_event_ = false;
  bool reconnected_ = false;
  VenueBook truth_;
  UpdateId truth_id_{-1};
  Seen seen_;
};

class OrderBookAgainstVenue : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(, OrderBookAgainstVenue, testing::Bool(),
                         [](const auto& param) { return param.param ? "Usdm" : "Spot"; });

TEST_P(OrderBookAgainstVenue, KnowsWhatItsRulesLetItKnowAfterEveryStep) {
  Client::Seen all;
  for (std::uint64_t seed = 0; seed < 25 * rounds(); ++seed) {
    SCOPED_TRACE(seed);
    Client client(seed, GetParam());
    for (int step = 0; step < 1'200; ++step) {
      ASSERT_NO_FATAL_FAILURE(client.act()) << "step " << step;
    }
    const Client::Seen seen = client.seen();
    all.gaps += seen.gaps;
    all.healing_merges += seen.healing_merges;
    all.stale_merges += seen.stale_merges;
    all.growing_merges += seen.growing_merges;
    all.ghosts += seen.ghosts;
    all.suspects += seen.suspects;
    all.kept += seen.kept;
    all.audited += seen.audited;
    all.audited_newer += seen.audited_newer;
  }
  EXPECT_GT(all.gaps, 100);
  EXPECT_GT(all.healing_merges, 100);
  EXPECT_GT(all.stale_merges, 100);
  EXPECT_GT(all.growing_merges, 100);
  EXPECT_GT(all.ghosts, 50U);
  EXPECT_GT(all.suspects, 1'000U);
  EXPECT_GT(all.kept, 1'000U);
  EXPECT_GT(all.audited, 1'000U);
  EXPECT_GT(all.audited_newer, 1'000U);
}

// What a book is when the updates are applied in order and the snapshot is merged after `merged_after` of them, as
// early or as late as the protocol allows.
OrderBook book_of(std::span<const VenueEvent> events, const VenueSnapshot& snapshot, std::size_t merged_after) {
  OrderBook book;
  for (std::size_t i = 0; i <= events.size(); ++i) {
    if (i == merged_after) book.merge(snapshot.view());
    if (i == events.size()) break;
    if (events[i].last_update_id > book.last_update_id()) book.apply(events[i].view(), UnixNanos{});
  }
  return book;
}

std::vector<BookLevel> levels_of(const OrderBook& book, Side side) {
  std::vector<BookLevel> levels;
  book.side(side).walk([&](const BookLevel& level) {
    levels.push_back(level);
    return true;
  });
  return levels;
}

TEST_P(OrderBookAgainstVenue, IsTheSameForEveryInterleavingOfSnapshotAndUpdates) {
  for (std::uint64_t seed = 0; seed < 60 * rounds(); ++seed) {
    SCOPED_TRACE(seed);
    VenueModel venue(seed, GetParam());
    for (int i = 0; i < 40; ++i) venue.step();
    std::mt19937_64 random(seed);
    const std::span<const VenueEvent> events = venue.events();
    const UpdateId id{venue.first_id().value() +
                      static_cast<std::int64_t>(
                          random() % static_cast<std::uint64_t>(venue.last_id().value() - venue.first_id().value()))};
    const VenueSnapshot snapshot = venue.snapshot(id, random() % 2 == 0 ? 10 : 1000);

    // Before any update; else once the stream has reached the snapshot.
    const OrderBook expected = book_of(events, snapshot, 0);
    BookOracle::expect_true(expected, venue.book_at(venue.last_id()));
    for (std::size_t after = 1; after <= events.size(); ++after) {
      if (events[after - 1].last_update_id < id) continue;
      const OrderBook book = book_of(events, snapshot, after);
      for (const Side side : {Side::kBid, Side::kAsk}) {
        ASSERT_EQ(levels_of(book, side), levels_of(expected, side)) << "merged after " << after << " updates";
      }
      ASSERT_TRUE(std::ranges::equal(book.coverage().intervals(), expected.coverage().intervals()));
      ASSERT_EQ(book.last_update_id(), expected.last_update_id());
    }
  }
}

// Several snapshots of a stream without a gap, merged whenever and in whatever order they may be: K is the union of
// their windows, and inside it the book is the venue's.
TEST_P(OrderBookAgainstVenue, IsTheVenuesBookInsideTheUnionOfAllWindows) {
  constexpr int kLimits[] = {5, 20, 50};
  for (std::uint64_t seed = 0; seed < 200 * rounds(); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    VenueModel venue(seed + 500, GetParam());
    OrderBook book;
    CoverageSet covered;
    for (int i = 0; i < 60; ++i) {
      book.apply(venue.step().view(), UnixNanos{});
      const std::int64_t age = static_cast<std::int64_t>(random() % 200);
      const UpdateId id{std::max(venue.first_id().value(), venue.last_id().value() - age)};
      if (random() % 6 != 0 || !book.can_merge(id)) continue;
      covered.add(book.merge(venue.snapshot(id, kLimits[random() % 3]).view()).window);
    }
    EXPECT_TRUE(std::ranges::equal(book.coverage().intervals(), covered.intervals()));
    BookOracle::expect_true(book, venue.book_at(venue.last_id()));
    ASSERT_FALSE(HasFailure());
  }
}

}  // namespace
}  // namespace acts::test
