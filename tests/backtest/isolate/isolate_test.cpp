#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "acts/strategy/registry.hpp"

#include "backtest/decisions/decisions_support.hpp"
#include "backtest/isolate/isolated_strategy.hpp"
#include "backtest/isolate/protocol.hpp"
#include "backtest/isolate/strategy_host.hpp"
#include "support/built.hpp"

namespace acts::backtest {
namespace {

// A strategy of acts behind a socket, in a thread in place of a process.
class Hosted {
 public:
  Hosted(std::string name, std::vector<GivenParameter> parameters, std::string library = {}) {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    host_ = std::thread([fd = ends[1]] { strategy_host(fd, false); });
    made = IsolatedStrategy::make(
        {.timeout = std::chrono::seconds{20}}, std::make_unique<StrategyProcess>(ends[0]),
        {.library = std::move(library), .name = std::move(name), .parameters = std::move(parameters)});
  }
  ~Hosted() {
    made = fail(ErrorCode::kCancelled, "");
    host_.join();
  }
  Hosted(const Hosted&) = delete;
  Hosted& operator=(const Hosted&) = delete;

  Result<std::unique_ptr<IsolatedStrategy>> made = fail(ErrorCode::kCancelled, "");

 private:
  std::thread host_;
};

const std::vector<GivenParameter> kSmallGrid{{.name = "interval", .text = "20ms"},
                                             {.name = "quantity", .text = "2"},
                                             {.name = "max_position", .text = "40"},
                                             {.name = "relative_half_spread", .text = "0.001"},
                                             {.name = "relative_grid_interval", .text = "0.001"}};

TEST(IsolatedStrategy, DecidesWhatItDecidesHere) {
  const test::SmallMarket market = test::SmallMarket::make(12, 4'000);
  for (const auto& [name, given] : std::vector<std::pair<std::string, std::vector<GivenParameter>>>{
           {"grid", kSmallGrid},
           {"obi", {kSmallGrid[0], kSmallGrid[1], kSmallGrid[2]}},
           {"avellaneda_stoikov",
            {kSmallGrid[0],
             kSmallGrid[1],
             kSmallGrid[2],
             {.name = "gamma", .text = "0.1"},
             {.name = "kappa", .text = "5"},
             {.name = "horizon", .text = "100ms"}}},
           {"twap", {{.name = "quantity", .text = "300"}, {.name = "duration", .text = "9s"}}}}) {
    const StrategyType& type = *find_strategy(name).value();
    const auto strategy = type.make(parse_parameters(type.parameters, given).value()).value();
    const test::SmallRun here = test::run_small(market, *strategy);
    Hosted hosted(name, given);
    ASSERT_TRUE(hosted.made.has_value()) << hosted.made.error().message;
    const test::SmallRun there = test::run_small(market, **hosted.made);
    ASSERT_TRUE(there.end.has_value()) << there.end.error().message;
    EXPECT_GT(there.end->fills, 0U) << name;
    EXPECT_EQ(there.log, here.log) << name;
    EXPECT_EQ(there.told, here.told) << name;
    EXPECT_EQ((*hosted.made)->save(), strategy->save());
  }
}

// Of two markets, with features each second.
test::SmallRun run_with_features(Strategy& strategy) {
  const test::SmallMarket markets[]{test::SmallMarket::make(3, 4'000), test::SmallMarket::make(4, 4'000)};
  std::vector<std::unique_ptr<test::VectorFeed>> feeds;
  std::vector<InstrumentSetup> setups;
  for (const test::SmallMarket& market : markets) {
    feeds.push_back(std::make_unique<test::VectorFeed>(market.venue, market.local, 97));
    setups.push_back(test::small_setup(*feeds.back()));
  }
  test::SmallRun run;
  DecisionLogWriter writer(strategy.wants(), [&run](std::string_view bytes) { run.log += bytes; });
  WatchedStrategy recorded(strategy, strategy.wants(), writer);
  test::ToldLines told;
  EngineOptions options;
  options.features.rows.interval = std::chrono::seconds{1};
  Engine engine(std::move(setups), recorded, options, &told);
  run.end = guarded([&engine] { return engine.run(); });
  writer.finish(run.end.has_value());
  run.told = told.lines;
  return run;
}

TEST(IsolatedStrategy, ReadsTheFeaturesThatItReadsHere) {
  BacktestSettings settings;
  settings.library = acts::test::strategy_library("feature_reader");
  const Result<const StrategyType*> type = strategy_type_of(settings);
  ASSERT_TRUE(type.has_value()) << type.error().message;
  const auto strategy = (*type)->make({}).value();
  const test::SmallRun here = run_with_features(*strategy);
  ASSERT_TRUE(here.end.has_value()) << here.end.error().message;
  EXPECT_GT(here.end->fills, 100U);
  Hosted hosted("", {}, settings.library);
  ASSERT_TRUE(hosted.made.has_value()) << hosted.made.error().message;
  const test::SmallRun there = run_with_features(**hosted.made);
  ASSERT_TRUE(there.end.has_value()) << there.end.error().message;
  EXPECT_EQ(there.log, here.log);
  EXPECT_EQ(there.told, here.told);
  // The same process, run again: of the run before it remembers nothing.
  EXPECT_EQ(run_with_features(**hosted.made).log, here.log);
}

TEST(IsolatedStrategy, TellsItsParametersAndItsErrors) {
  Hosted grid("grid", kSmallGrid);
  ASSERT_TRUE(grid.made.has_value());
  EXPECT_EQ((*grid.made)->parameters().at("quantity"), "2");
  EXPECT_EQ((*grid.made)->parameters().at("levels"), "10");
  EXPECT_EQ((*grid.made)->restore("of another").error().code, ErrorCode::kBadInput);
  Hosted none("gird", {});
  ASSERT_FALSE(none.made.has_value());
  EXPECT_EQ(none.made.error(), find_strategy("gird").error());
  Hosted wrong("grid", {{.name = "levels", .text = "x", .place = "run.toml:9"}});
  EXPECT_TRUE(wrong.made.error().message.starts_with("run.toml:9: ")) << wrong.made.error().message;
}

// The other end says `said` to whatever it is asked first.
Error answered_with(std::string_view said, bool closes) {
  int ends[2];
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  MessageLink other(ends[1]);
  auto process = std::make_unique<StrategyProcess>(ends[0]);
  if (!said.empty()) {
    EXPECT_EQ(other.send(said, nullptr), LinkState::kOpen);
  }
  if (closes) MessageLink gone(std::move(other));
  return IsolatedStrategy::make({.timeout = std::chrono::milliseconds{30}}, std::move(process), {.name = "grid"})
      .error();
}

TEST(IsolatedStrategy, SaysWhatBecameOfItsProcess) {
  EXPECT_EQ(answered_with("", false).message,
            "the strategy did not return within 30ms when it was made: it must come to an end, or be given more with "
            "--isolate-timeout");
  EXPECT_EQ(answered_with("", true).message, "the strategy is gone when it was made");
  EXPECT_TRUE(answered_with("\x01", false).message.contains("not to be understood")) << "a question before it is made";
  EXPECT_TRUE(answered_with("\x63nothing", false).message.contains("not to be understood"));
}

TEST(StrategyHost, EndsAtWhatIsNoMessage) {
  for (const std::string& said : {std::string("\x09"), std::string("\x01\x00", 2), std::string("\x00\x01", 2)}) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    MessageLink link(ends[0]);
    ASSERT_EQ(link.send(said, nullptr), LinkState::kOpen);
    EXPECT_EQ(strategy_host(ends[1], false), 70);
  }
}

TEST(MessageLink, CarriesMessagesOfAnySizeAndRefusesTooLargeOnes) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  MessageLink one(ends[0]);
  MessageLink other(ends[1]);
  const std::vector<std::size_t> sizes{0, 1, 4'091, 4'092, 100'000, 3'000'000};
  std::thread sender([&] {
    for (const std::size_t size : sizes) EXPECT_EQ(one.send(std::string(size, 'x'), nullptr), LinkState::kOpen);
  });
  std::string_view message;
  for (const std::size_t size : sizes) {
    ASSERT_EQ(other.receive(message, nullptr), LinkState::kOpen);
    EXPECT_EQ(message, std::string(size, 'x'));
  }
  sender.join();
  Result<TimeLimit> soon = TimeLimit::make();
  ASSERT_TRUE(soon.has_value());
  soon->start(std::chrono::milliseconds{5});
  EXPECT_EQ(other.receive(message, &*soon), LinkState::kLate);
  EXPECT_EQ(one.send(std::string(kMostMessageBytes + 1, 'x'), nullptr), LinkState::kBroken);
}

TEST(MessageLink, RefusesALengthThatNoMessageHas) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  MessageLink link(ends[0]);
  ASSERT_EQ(::send(ends[1], "\xff\xff\xff\xff", 4, 0), 4);
  std::string_view message;
  EXPECT_EQ(link.receive(message, nullptr), LinkState::kBroken);
  ::close(ends[1]);
}

}  // namespace
}  // namespace acts::backtest
