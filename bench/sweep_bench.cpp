// Parameter sets of the grid in one pass against as many runs, the bundled recording in memory for both, one thread:
// bench_sweep [SETS [runs|sweep]]. SETS: a square, 100 if not given. Prints processor time, and the ratio if both were
// run, which must come to the same fills; of 100 sets or more, less than kLeastRatio ends with 1.
#include <fmt/format.h>

#include <algorithm>
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
#include "backtest/sweep/book_sweep.hpp"
#include "recorded_rows.hpp"
#include "rows_file.hpp"

namespace acts::bench {
namespace {

using namespace acts::backtest;
constexpr double kLeastRatio = 2;
using Blocks = std::vector<std::vector<sim::MarketRow>>;

struct Recorded {
  BacktestInstrument instrument = {};
  std::array<Blocks, 2> blocks = {};  // by FeedClock
  std::uint64_t rows = 0;
};

class BlockFeed final : public MarketFeed {
 public:
  explicit BlockFeed(const Recorded& recorded) : recorded_(&recorded) {}
  Result<const sim::MarketRow*> next(FeedClock clock) override {
    const auto of = static_cast<std::size_t>(clock);
    const Blocks& blocks = recorded_->blocks.at(of);
    return next_.at(of) == blocks.size() ? nullptr : blocks[next_.at(of)++].data();
  }
  [[nodiscard]] const FeedFacts& facts() const override { return facts_; }

 private:
  const Recorded* recorded_;
  std::array<std::size_t, 2> next_ = {};
  FeedFacts facts_;
};

Blocks in_blocks(const std::vector<sim::MarketRow>& rows) {
  constexpr std::size_t kBlock = std::size_t{1} << 15U;
  const std::size_t count = rows.size() - 1;  // without kEndRow
  Blocks blocks;
  for (std::size_t from = 0; from < count; from += kBlock) {
    const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(from);
    blocks.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(std::min(kBlock, count - from)));
    blocks.back().push_back(sim::kEndRow);
  }
  return blocks;
}

Recorded load() {
  const RowsFile rows = recorded_rows();
  return {
      .instrument = recorded_instrument(), .blocks = {in_blocks(rows.venue), in_blocks(rows.local)}, .rows = rows.rows};
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
  const double rows = static_cast<double>(recorded.rows) * static_cast<double>(side * side);
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
  if (sets < 100 || runs >= kLeastRatio * sweep) return 0;
  fmt::print(stderr, "bench_sweep: one pass is to be {} times as fast as its runs\n", kLeastRatio);
  return 1;
}

}  // namespace
}  // namespace acts::bench

int main(int count, char** arguments) { return acts::bench::main_of({arguments + 1, arguments + count}); }
