// Parameter sets of the grid in one pass against as many runs, the bundled recording in memory for both, one thread:
// bench_sweep [SETS [runs|sweep]]. SETS: a square, 100 if not given. Prints processor time, and the ratio if both were
// run, which must come to the same fills.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/assert.hpp"
#include "acts/strategy/registry.hpp"

#include "backtest/engine.hpp"
#include "backtest/open_market.hpp"
#include "backtest/sweep/book_sweep.hpp"
#include "support/testdata.hpp"

namespace acts::bench {
namespace {

using namespace acts::backtest;
using Blocks = std::vector<std::vector<sim::MarketRow>>;

struct Recorded {
  BacktestInstrument instrument = {};
  std::array<Blocks, 2> blocks = {};  // by FeedClock
  FeedFacts facts = {};
};

class BlockFeed final : public MarketFeed {
 public:
  explicit BlockFeed(const Recorded& recorded) : recorded_(&recorded) {}
  Result<const sim::MarketRow*> next(FeedClock clock) override {
    const auto of = static_cast<std::size_t>(clock);
    const Blocks& blocks = recorded_->blocks.at(of);
    return next_.at(of) == blocks.size() ? nullptr : blocks[next_.at(of)++].data();
  }
  [[nodiscard]] const FeedFacts& facts() const override { return recorded_->facts; }

 private:
  const Recorded* recorded_;
  std::array<std::size_t, 2> next_ = {};
};

Recorded load() {
  InstrumentSettings settings;
  settings.info.venue = Venue::kBinanceUsdm;
  settings.info.symbol = "BTCUSDT";
  settings.info.tick_size = Decimal{1, 1};
  settings.info.lot_size = Decimal{1, 3};
  settings.files = {test::testdata("binance-feed/usdm/btcusdt_20240808.gz")};
  Recorded recorded{.instrument = *backtest_instrument(settings.info)};
  auto market = open_market(settings, recorded.instrument, nullptr);
  ACTS_ASSERT(market.has_value());
  for (const FeedClock clock : {FeedClock::kVenue, FeedClock::kLocal}) {
    for (;;) {
      const auto block = market->feed->next(clock);
      ACTS_ASSERT(block.has_value());
      if (*block == nullptr) break;
      const sim::MarketRow* end = *block;
      while (end->ts != sim::kEndRow.ts) ++end;
      recorded.blocks.at(static_cast<std::size_t>(clock)).emplace_back(*block, end + 1);
    }
  }
  recorded.facts = market->feed->facts();
  return recorded;
}

std::unique_ptr<Strategy> grid(std::size_t i, std::size_t side) {
  const StrategyType& type = **find_strategy("grid");
  const std::vector<GivenParameter> given{
      {.name = "relative_half_spread", .text = fmt::format("{}e-6", 20 + 5 * (i % side))},
      {.name = "relative_grid_interval", .text = fmt::format("{}e-6", 50 + 10 * (i / side))}};
  return std::move(*type.make(*parse_parameters(type.parameters, given)));
}

InstrumentSetup setup_of(const Recorded& recorded) {
  const sim::Latency latency = *sim::Latency::of(std::chrono::milliseconds{10});
  return {.instrument = recorded.instrument,
          .venue = {},
          .latency = sim::LatencyModel(latency, latency),
          .fees = {.maker = {-5, 5}, .taker = {7, 4}}};
}

std::uint64_t run_alone(const Recorded& recorded, std::size_t side) {
  std::uint64_t fills = 0;
  for (std::size_t i = 0; i < side * side; ++i) {
    BlockFeed feed(recorded);
    std::vector<InstrumentSetup> setups{setup_of(recorded)};
    setups.front().feed = &feed;
    const auto strategy = grid(i, side);
    const auto end = Engine(std::move(setups), *strategy, {}, nullptr).run();
    ACTS_ASSERT(end.has_value());
    fills += end->fills;
  }
  return fills;
}

std::uint64_t run_together(const Recorded& recorded, std::size_t side) {
  std::vector<std::unique_ptr<Strategy>> strategies;
  std::vector<BookSet> sets;
  for (std::size_t i = 0; i < side * side; ++i) {
    strategies.push_back(grid(i, side));
    sets.push_back({.number = i + 1, .strategy = strategies.back().get()});
  }
  BlockFeed feed(recorded);
  MarketFeed* const feeds[] = {&feed};
  BookSweep sweep({setup_of(recorded)}, {}, std::move(sets));
  const Result<void> done = sweep.run(feeds, 1);
  ACTS_ASSERT(done.has_value());
  std::uint64_t fills = 0;
  for (std::size_t i = 0; i < sweep.size(); ++i) fills += sweep.end(i).fills;
  return fills;
}

double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

template <typename Run>
double measure(std::string_view name, const Recorded& recorded, std::size_t side, std::uint64_t& fills, Run run) {
  const double begin = processor_seconds();
  fills = run(recorded, side);
  const double seconds = processor_seconds() - begin;
  const double rows = static_cast<double>(recorded.facts.rows) * static_cast<double>(side * side);
  fmt::print("{:<6} {:8.3f} s, {:6.1f} M rows/s a set, {} fills\n", name, seconds, rows / seconds / 1e6, fills);
  return seconds;
}

int main_of(const std::vector<std::string_view>& arguments) {
  const double sets = arguments.empty() ? 100 : std::atof(std::string(arguments[0]).c_str());
  const auto side = static_cast<std::size_t>(std::lround(std::sqrt(sets)));
  const std::string_view only = arguments.size() > 1 ? arguments[1] : "";
  const Recorded recorded = load();
  std::uint64_t alone = 0;
  std::uint64_t together = 0;
  double runs = 0;
  double sweep = 0;
  if (only != "sweep") runs = measure("runs", recorded, side, alone, run_alone);
  if (only != "runs") sweep = measure("sweep", recorded, side, together, run_together);
  if (!only.empty()) return 0;
  fmt::print("{} sets: one pass is {:.2f} times as fast as their runs\n", side * side, runs / sweep);
  ACTS_ASSERT(alone == together);
  return 0;
}

}  // namespace
}  // namespace acts::bench

int main(int count, char** arguments) { return acts::bench::main_of({arguments + 1, arguments + count}); }
