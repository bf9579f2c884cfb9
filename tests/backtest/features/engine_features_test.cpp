// Features told in a run against a model of a few lines that looks through all rows for each of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "backtest/engine.hpp"
#include "backtest/lookahead/altered_feed.hpp"
#include "backtest/vector_feed.hpp"

namespace acts::backtest {
namespace {

using sim::MarketRow;
using sim::RowKind;
using Rows = std::vector<MarketRow>;

constexpr std::int64_t kFeatureSecond = 1'000'000'000;
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

const std::vector<std::string> kWanted{
    "best_bid",   "ask_quantity",         "mid_price",  "spread", "total_bid",  "total_ask_2", "updates", "twa_spread",
    "spread_max", "order_flow_imbalance", "buy_volume", "vwap",   "ask_depth_2"};

struct Told {
  InstrumentId instrument = {};
  UnixNanos ts = {};
  std::vector<double> values = {};

  // What is unknown equals what is unknown.
  friend bool operator==(const Told& a, const Told& b) {
    return a.instrument == b.instrument && a.ts == b.ts &&
           std::ranges::equal(a.values, b.values,
                              [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
  }
};

// Keeps what it is told, and reads in each call what it was told last of each instrument.
class FeatureLog final : public Strategy {
 public:
  explicit FeatureLog(Wants more = {}) : wants_(std::move(more)) { wants_.features = kWanted; }
  [[nodiscard]] Wants wants() const override { return wants_; }
  void on_start(StrategyContext& context) override {
    last_.resize(context.instrument_count());
    read(context);
  }
  void on_stop(StrategyContext& context) override { read(context); }
  void on_book(StrategyContext& context, InstrumentId /*id*/) override { read(context); }
  void on_trade(StrategyContext& context, InstrumentId /*id*/, const Trade& /*trade*/) override { read(context); }
  void on_features(StrategyContext& context, const FeatureValues& values) override {
    EXPECT_EQ(context.now(), values.ts);
    told.push_back({values.instrument, values.ts, {values.values.begin(), values.values.end()}});
    last_[values.instrument.value()] = told.back();
    read(context);
  }
  std::vector<Told> told;
  std::size_t read_nothing = 0;
  std::size_t read_later = 0;  // than they were told

 private:
  void read(StrategyContext& context) {
    for (std::uint32_t i = 0; i < last_.size(); ++i) {
      const std::optional<FeatureValues> values = context.features(InstrumentId{i});
      if (!values) {
        EXPECT_FALSE(last_[i].has_value());
        ++read_nothing;
        continue;
      }
      const Told here{values->instrument, values->ts, {values->values.begin(), values->values.end()}};
      EXPECT_EQ(last_[i], here);
      if (values->ts < context.now()) ++read_later;
    }
  }
  Wants wants_;
  std::vector<std::optional<Told>> last_;  // by instrument
};

Rows random_rows(std::mt19937_64& random) {
  const auto below = [&random](std::uint64_t bound) { return static_cast<std::int64_t>(random() % bound); };
  Rows rows;
  std::int64_t ts = 100 * kFeatureSecond + below(3) * kFeatureSecond / 2;
  const std::int64_t count = 1 + below(300);
  const std::uint64_t pace = 1 + random() % 6;
  for (std::int64_t i = 0; i < count; ++i) {
    ts += below(pace) * kFeatureSecond / 8;
    MarketRow row{.ts = ts, .quantity = below(3) == 0 ? 0 : 1 + below(9)};
    row.side = static_cast<sim::SideIndex>(below(2));
    row.rank = static_cast<std::int32_t>(
        sim::rank_of(row.side, row.side == sim::kBidSide ? 190 + below(12) : 200 + below(12)));
    if (below(4) == 0) row.kind = RowKind::kTrade;
    if (row.kind == RowKind::kTrade) row.quantity += 1;
    if (below(25) == 0) row.kind = below(2) == 0 ? RowKind::kClear : RowKind::kClearBoth;
    if (below(40) == 0) row.kind = RowKind::kNothing;
    rows.push_back(row);
  }
  return rows;
}

// A book as a map: by price, in ticks, its quantity.
using NaiveSide = std::map<std::int64_t, std::int64_t>;
struct NaiveBook {
  NaiveSide sides[2];

  [[nodiscard]] bool is_two_sided() const { return !sides[0].empty() && !sides[1].empty(); }
  [[nodiscard]] std::int64_t bid() const { return sides[0].rbegin()->first; }
  [[nodiscard]] std::int64_t ask() const { return sides[1].begin()->first; }

  void take(const MarketRow& row) {
    NaiveSide& side = sides[row.side];
    const std::int64_t ticks = sim::ticks_of(row.side, row.rank);
    if (row.kind == RowKind::kClearBoth) {
      sides[0].clear();
      sides[1].clear();
    } else if (row.kind == RowKind::kClear) {
      std::erase_if(side, [&](const auto& level) { return sim::rank_of(row.side, level.first) >= row.rank; });
    } else if (row.quantity == 0) {
      side.erase(ticks);
    } else {
      side[ticks] = row.quantity;
      // Of levels that meet, the later row counts.
      std::erase_if(sides[sim::other(row.side)], [&](const auto& level) {
        return sim::rank_of(row.side, level.first) <= sim::rank_of(row.side, ticks);
      });
    }
  }
};

// Of the interval that ends at `end`: all rows from the first on are looked through.
class NaiveFeatures {
 public:
  NaiveFeatures(const Rows& rows, std::int64_t end) : begin_(end - kFeatureSecond) {
    for (std::size_t i = 0; i < rows.size() && rows[i].ts < end; ++i) {
      const MarketRow& row = rows[i];
      if (row.kind == RowKind::kTrade) take_trade(row);
      if (sim::is_of_book(row.kind)) {
        has_book_ = true;
        has_clear_ = has_clear_ || row.kind != RowKind::kLevel;
        book_.take(row);
      }
      const bool is_last = i + 1 == rows.size() || rows[i + 1].ts != row.ts;
      if (is_last) settle(row.ts);
    }
    pass_to(end);
  }

  [[nodiscard]] std::vector<double> values() const {
    const bool both = is_known_ && book_.is_two_sided();
    const auto real = [](std::int64_t value) { return static_cast<double>(value); };
    double depth = kUnknown;
    if (both && book_.sides[1].size() >= 2) {
      depth = real(book_.sides[1].begin()->second + std::next(book_.sides[1].begin())->second);
    }
    const double observed = real(observed_);
    return {is_known_ && !book_.sides[0].empty() ? real(book_.bid()) : kUnknown,
            is_known_ && !book_.sides[1].empty() ? real(book_.sides[1].begin()->second) : kUnknown,
            both ? real(book_.bid() + book_.ask()) / 2 : kUnknown,
            both ? real(book_.ask() - book_.bid()) : kUnknown,
            is_known_ ? real(static_cast<std::int64_t>(book_.sides[0].size())) : kUnknown,
            both ? band() : kUnknown,
            real(updates_),
            observed_ > 0 ? real(spread_time_) / observed : kUnknown,
            observed_ > 0 ? real(spread_max_) : kUnknown,
            observed_ > 0 ? real(flow_) : kUnknown,
            has_trades_ ? real(bought_) : kUnknown,
            has_trades_ && traded_ > 0 ? real(notional_) / real(traded_) : kUnknown,
            depth};
  }

 private:
  void take_trade(const MarketRow& row) {
    has_trades_ = true;
    if (row.ts < begin_) return;
    const std::int64_t ticks = sim::ticks_of(row.side, row.rank);
    if (row.side == sim::kBidSide) bought_ += row.quantity;
    traded_ += row.quantity;
    notional_ += ticks * row.quantity;
  }
  // The best prices that held until `now`.
  void pass_to(std::int64_t now) {
    const std::int64_t since = std::max(since_, begin_);
    if (has_quotes_ && now > since) {
      const std::int64_t spread = quotes_[2] - quotes_[0];
      spread_max_ = observed_ == 0 ? spread : std::max(spread_max_, spread);
      spread_time_ += spread * (now - since);
      observed_ += now - since;
    }
    since_ = now;
  }
  void settle(std::int64_t ts) {
    if (!std::exchange(has_book_, false)) return;
    const bool is_snapshot = std::exchange(has_clear_, false);
    is_known_ = is_known_ || is_snapshot;
    if (!is_snapshot && ts >= begin_) ++updates_;
    pass_to(ts);
    const bool had_quotes = std::exchange(has_quotes_, is_known_ && book_.is_two_sided());
    if (!has_quotes_) return;
    const std::int64_t now[4] = {book_.bid(), book_.sides[0].rbegin()->second, book_.ask(),
                                 book_.sides[1].begin()->second};
    if (had_quotes && !is_snapshot && ts >= begin_) {
      if (now[0] >= quotes_[0]) flow_ += now[1];
      if (now[0] <= quotes_[0]) flow_ -= quotes_[1];
      if (now[2] <= quotes_[2]) flow_ -= now[3];
      if (now[2] >= quotes_[2]) flow_ += quotes_[3];
    }
    std::ranges::copy(now, quotes_);
  }
  // Within 2 % of the middle.
  [[nodiscard]] double band() const {
    std::int64_t sum = 0;
    const std::int64_t twice = book_.bid() + book_.ask();
    for (const auto& [ticks, quantity] : book_.sides[1]) {
      if (200 * ticks >= 98 * twice && 200 * ticks <= 102 * twice) sum += quantity;
    }
    return static_cast<double>(sum);
  }

  std::int64_t begin_;
  NaiveBook book_;
  bool has_book_ = false;
  bool has_clear_ = false;
  bool is_known_ = false;
  bool has_quotes_ = false;
  std::int64_t quotes_[4] = {0, 0, 0, 0};  // bid, its quantity, ask, its quantity
  std::int64_t since_ = 0;
  std::int64_t observed_ = 0;
  std::int64_t spread_time_ = 0;
  std::int64_t spread_max_ = 0;
  std::int64_t flow_ = 0;
  std::int64_t updates_ = 0;
  bool has_trades_ = false;
  std::int64_t bought_ = 0;
  std::int64_t traded_ = 0;
  std::int64_t notional_ = 0;
};

// Of each interval that some instrument's row shows to be over.
std::vector<Told> naive_features(const std::vector<Rows>& markets) {
  std::int64_t first = INT64_MAX;
  std::int64_t last = 0;
  for (const Rows& rows : markets) {
    first = std::min(first, rows.front().ts);
    last = std::max(last, rows.back().ts);
  }
  std::vector<Told> told;
  for (std::int64_t end = (first / kFeatureSecond + 1) * kFeatureSecond; end <= last; end += kFeatureSecond) {
    for (std::uint32_t i = 0; i < markets.size(); ++i) {
      told.push_back({InstrumentId{i}, {end}, NaiveFeatures(markets[i], end).values()});
    }
  }
  return told;
}

FeatureSettings each_second() {
  FeatureSettings settings;
  settings.bands = *BandList::parse("2");
  settings.rows.interval = std::chrono::seconds{1};
  settings.rows.levels = {2};
  return settings;
}

// Rows of a market, and a run over them. Ticks and lots of 1.
class FeatureRun {
 public:
  FeatureRun(const std::vector<Rows>& markets, std::size_t block, Wants more, FeatureSettings settings = each_second())
      : log_(std::move(more)) {
    for (const Rows& rows : markets) feeds_.push_back(std::make_unique<test::VectorFeed>(rows, rows, block));
    make(std::move(settings));
  }
  FeatureRun(const Rows& rows, FutureCut cut) {
    feeds_.push_back(std::make_unique<AlteredFeed>(std::make_unique<test::VectorFeed>(rows, rows, 5), cut));
    make(each_second());
  }

  Engine& engine() { return *engine_; }
  const std::vector<Told>& run() {
    const Result<RunEnd> end = engine_->run();
    EXPECT_TRUE(end.has_value()) << end.error().message;
    return log_.told;
  }
  [[nodiscard]] const std::vector<Told>& told() const { return log_.told; }
  [[nodiscard]] const FeatureLog& log() const { return log_; }

 private:
  void make(FeatureSettings settings) {
    Instrument info;
    info.symbol = "X";
    info.tick_size = Decimal{1, 0};
    info.lot_size = Decimal{1, 0};
    std::vector<InstrumentSetup> setups;
    for (const auto& feed : feeds_) {
      setups.push_back({.instrument = *backtest_instrument(info),
                        .venue = {.window = 128},
                        .latency = sim::LatencyModel({}, {}),
                        .feed = feed.get()});
    }
    const EngineOptions options{.features = std::move(settings)};
    engine_ = std::make_unique<Engine>(std::move(setups), log_, options, nullptr);
  }

  FeatureLog log_;
  std::vector<std::unique_ptr<MarketFeed>> feeds_;
  std::unique_ptr<Engine> engine_;
};

TEST(EngineFeatures, AreThoseOfTheRowsReceivedBefore) {
  std::size_t told = 0;
  std::size_t known = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<Rows> markets(1 + seed % 3);
    for (Rows& rows : markets) rows = random_rows(random);
    const Wants more{.book = seed % 2 == 0, .trades = seed % 5 == 0};
    FeatureRun run(markets, 1 + seed % 7, more);
    const std::vector<Told> expected = naive_features(markets);
    ASSERT_EQ(run.run().size(), expected.size()) << "seed " << seed;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(run.told()[i].ts, expected[i].ts) << "seed " << seed;
      ASSERT_EQ(run.told()[i].instrument, expected[i].instrument) << "seed " << seed;
      for (std::size_t k = 0; k < kWanted.size(); ++k) {
        const double value = run.told()[i].values[k];
        const double naive = expected[i].values[k];
        ASSERT_TRUE(value == naive || (std::isnan(value) && std::isnan(naive)))
            << "seed " << seed << ", " << expected[i].ts.value << ", " << kWanted[k] << ": " << value << ", not "
            << naive;
        if (!std::isnan(value)) ++known;
      }
    }
    told += expected.size();
  }
  EXPECT_GT(told, 10'000U);
  EXPECT_GT(known, 60'000U);
}

TEST(EngineFeatures, AreReadAsTheyWereToldLast) {
  std::size_t nothing = 0;
  std::size_t later = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    std::mt19937_64 random(seed);
    FeatureRun run({random_rows(random), random_rows(random), random_rows(random)}, 5, {.book = true, .trades = true});
    run.run();
    nothing += run.log().read_nothing;
    later += run.log().read_later;
  }
  EXPECT_GT(nothing, 1'000U) << "before the first";
  EXPECT_GT(later, 10'000U);
}

// An ask and then a bid at its price at one time: the strategy's book has the bid, and so have the features.
TEST(EngineFeatures, TakeRowsOfOneTimeInTheirOrder) {
  const auto row = [](std::int64_t second, sim::SideIndex side, std::int64_t ticks, RowKind kind = RowKind::kLevel) {
    return MarketRow{.ts = second * kFeatureSecond,
                     .quantity = 1,
                     .rank = static_cast<std::int32_t>(sim::rank_of(side, ticks)),
                     .side = side,
                     .kind = kind};
  };
  const Rows rows{row(100, sim::kBidSide, 0, RowKind::kClearBoth),
                  row(100, sim::kBidSide, 99),
                  row(100, sim::kAskSide, 103),
                  row(101, sim::kAskSide, 101),
                  row(101, sim::kBidSide, 101),
                  row(103, sim::kBidSide, 90)};
  FeatureRun run({rows}, 9, {});
  ASSERT_EQ(run.run().size(), 3U);
  EXPECT_EQ(run.told()[0].values[0], 99);
  EXPECT_EQ(run.told()[1].values[0], 101) << "the bid came after the ask";
  EXPECT_EQ(run.told()[1].values[3], 2);
}

TEST(EngineFeatures, AreTheSameHoweverARunIsCut) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    std::mt19937_64 random(seed);
    const std::vector<Rows> markets{random_rows(random), random_rows(random)};
    FeatureRun whole(markets, 3, {});
    FeatureRun cut(markets, 4, {.trades = true});
    ASSERT_TRUE(cut.engine().begin().has_value());
    UnixNanos until{100 * kFeatureSecond};
    for (bool has_more = true; has_more; until = until + Nanos{1 + static_cast<std::int64_t>(random() % 700'000'000)}) {
      const Result<bool> ran = cut.engine().run_until(until);
      ASSERT_TRUE(ran.has_value());
      has_more = *ran;
    }
    static_cast<void>(cut.engine().finish());
    ASSERT_TRUE(whole.run() == cut.told()) << "seed " << seed;
  }
}

// A row of features is told when its interval is over, and what comes then or later changes nothing of it.
TEST(EngineFeatures, KnowNothingOfWhatComesLater) {
  std::size_t compared = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random(seed);
    const Rows rows = random_rows(random);
    const std::vector<Told> told = FeatureRun({rows}, 5, {}).run();
    const UnixNanos cut{rows[random() % rows.size()].ts + 1};
    const std::vector<Told> altered = FeatureRun(rows, {.at = cut, .seed = seed}).run();
    for (std::size_t i = 0; i < told.size() && told[i].ts < cut; ++i) {
      // With the last row behind the cut nearer, the run may end before the interval does.
      if (i == altered.size()) break;
      ASSERT_TRUE(told[i] == altered[i]) << "seed " << seed << ", " << told[i].ts.value;
      ++compared;
    }
  }
  EXPECT_GT(compared, 1'000U);
}

std::string refusal_of(const std::vector<std::string>& names, const FeatureSettings& settings = {}) {
  const Result<FeaturePlan> plan = FeaturePlan::make(names, settings);
  return plan ? "" : plan.error().message;
}

TEST(FeaturePlan, SaysWhatCannotBeTold) {
  EXPECT_EQ(refusal_of({}), "");
  EXPECT_EQ(refusal_of({"spread", "total_bid_4", "imbalance_10", "mid_return_1m", "spread"}), "");
  EXPECT_EQ(refusal_of({"spread", "state"}),
            "the strategy wants the feature state, which is a text: features are told as numbers");
  EXPECT_EQ(refusal_of({"last_book_update"}),
            "the strategy wants the feature last_book_update, which is a time: features are told as numbers");
  EXPECT_EQ(refusal_of({"coverage_bid_1"}),
            "the strategy wants the feature coverage_bid_1, which only a collector knows: the rows of a backtest have "
            "no ids of updates");
  EXPECT_EQ(refusal_of({"total_bid_2"}),
            "the strategy wants the feature 'total_bid_2', which there is not: did it mean total_bid_1? bands, levels "
            "and horizons are those of [features]");
  EXPECT_EQ(refusal_of({"imbalance"}),
            "the strategy wants the feature 'imbalance', which there is not: did it mean imbalance_1? bands, levels "
            "and horizons are those of [features]");
  EXPECT_EQ(refusal_of({"x y\nz"}),
            "the strategy wants the feature 'x y z', which there is not: 'acts features' lists them; bands, levels and "
            "horizons are those of [features]");
  FeatureSettings settings;
  settings.rows.interval = std::chrono::milliseconds{50};
  EXPECT_TRUE(refusal_of({"spread"}, settings).starts_with("[features]: an interval of 50ms: "));
  EXPECT_EQ(refusal_of(std::vector<std::string>(4097, "spread")),
            "the strategy wants 4097 features: 4096 are the most");
}

TEST(EngineFeatures, EndARunThatWantsWhatThereIsNot) {
  std::mt19937_64 random(1);
  FeatureSettings settings = each_second();
  settings.rows.levels = {5};
  FeatureRun run({random_rows(random)}, 5, {}, settings);
  const Result<RunEnd> end = run.engine().run();
  ASSERT_FALSE(end.has_value());
  EXPECT_EQ(end.error().code, ErrorCode::kUsage);
  EXPECT_TRUE(end.error().message.contains("'ask_depth_2'")) << end.error().message;
}

}  // namespace
}  // namespace acts::backtest
