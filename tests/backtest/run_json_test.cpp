#include "backtest/run_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "sim/latency_distribution.hpp"

namespace acts::backtest {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Of instruments that draw their latencies by these seeds; nothing: one that does not.
std::string json_with(const std::vector<std::optional<std::uint64_t>>& seeds) {
  RunRequest request;
  RunReport report;
  PreparedRun prepared;
  for (const std::optional<std::uint64_t>& seed : seeds) {
    InstrumentSettings of;
    of.info.symbol = "X";
    of.info.tick_size = of.info.lot_size = Decimal{1, 0};
    of.latency.is_drawn = seed.has_value();
    of.latency.seed = seed.value_or(0);
    for (sim::DistributionParameters* const way : {&of.latency.entry_distribution, &of.latency.response_distribution}) {
      way->kind = sim::DistributionKind::kExponential;
      way->span(sim::DistributionSpan::kMean) = sim::Latency::of(std::chrono::milliseconds{9}).value();
    }
    report.instruments.push_back({.instrument = backtest_instrument(of.info).value()});
    request.settings.instruments.push_back(of);
  }
  return run_json(request, prepared, report);
}

TEST(RunJson, TellsTheSeedWhereSomethingIsDrawn) {
  const std::string drawn = json_with({5});
  EXPECT_THAT(drawn, HasSubstr("\"seed\":5,"));
  EXPECT_THAT(drawn,
              HasSubstr("\"latency\":\"distribution(exponential(min 0s, mean 9ms), exponential(min 0s, mean 9ms))\""));
  EXPECT_THAT(json_with({std::nullopt}), HasSubstr("\"seed\":null,"));
  EXPECT_THAT(json_with({std::nullopt}), HasSubstr("\"latency\":\"constant(0s, 0s)\""));
}

TEST(RunJson, TellsTheSeedOfEachOfSeveralInstruments) {
  const auto of_run = [](const std::string& json) {
    return json.substr(json.find("],\"", json.find("\"instruments\"")));
  };
  const std::string same = json_with({5, std::nullopt, 5});
  EXPECT_THAT(of_run(same), HasSubstr("\"seed\":5,"));
  EXPECT_THAT(same, HasSubstr("\"seed\":null,"));
  const std::string different = json_with({5, 6});
  EXPECT_THAT(of_run(different), HasSubstr("\"seed\":null,"));
  EXPECT_THAT(different, HasSubstr("\"seed\":5,"));
  EXPECT_THAT(different, HasSubstr("\"seed\":6,"));
}

TEST(RunJson, TellsContractAndAccount) {
  EXPECT_THAT(json_with({std::nullopt}), HasSubstr(R"json("models":{"account":"none","compatibility":"none",)json"
                                                   R"json("contract":"linear(1)",)json"));
  EXPECT_EQ(contract_model({.kind = sim::ContractKind::kInverse, .size = {100, 0}}), "inverse(100)");
  EXPECT_EQ(contract_model({.size = {1, 2}}), "linear(0.01)");
  sim::MarginModel margin;
  margin.leverage = 20;
  EXPECT_EQ(account_model(sim::AccountKind::kSpot, margin), "spot");
  EXPECT_EQ(account_model(sim::AccountKind::kMargin, margin), "margin(20)");
}

TEST(RunJson, TellsVenueAndModelsOfEachOfSeveralInstruments) {
  RunRequest request;
  RunReport report;
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    InstrumentSettings of;
    of.info.venue = venue;
    of.info.symbol = "X";
    of.info.tick_size = of.info.lot_size = Decimal{1, 0};
    if (venue == Venue::kBinanceUsdm) of.exchange.queue = {.kind = sim::QueueKind::kLog2};
    report.instruments.push_back({.instrument = backtest_instrument(of.info).value()});
    request.settings.instruments.push_back(of);
  }
  const std::string json = run_json(request, {}, report);
  EXPECT_THAT(json, HasSubstr(R"j("queue":"power3(3)","self_trade_prevention")j"));
  EXPECT_THAT(json, HasSubstr(R"("queue":"log2","self_trade_prevention")"));
  for (const char* const told : {R"("venue":"binance-spot",)", R"("venue":"binance-usdm",)"}) {
    EXPECT_THAT(json, HasSubstr(told));
  }
}

TEST(RunJson, TellsTheScenarioOfOneAlone) { EXPECT_THAT(json_with({std::nullopt}), Not(HasSubstr("\"scenario\""))); }

// Until a snapshot comes each gap lasts: what lies within several counts once, of one instrument or several.
TEST(RunJson, MinutesWithinSeveralGapsCountOnce) {
  const auto minute = [](std::int64_t count) { return UnixNanos{count * 60'000'000'000}; };
  const auto gap = [&minute](std::int64_t from, std::optional<std::int64_t> healed) {
    return history::UpdateGap{.from = minute(from),
                              .at = minute(from),
                              .last_before = UpdateId{1},
                              .first_after = UpdateId{3},
                              .healed_at = healed ? std::optional(minute(*healed)) : std::nullopt};
  };
  RunRequest request;
  RunReport report;
  for (const std::vector<history::UpdateGap>& gaps :
       {std::vector{gap(1, 4), gap(2, 4), gap(6, 7)}, std::vector{gap(3, 5), gap(18, std::nullopt)}}) {
    InstrumentSettings of;
    of.info.symbol = "X";
    of.info.tick_size = of.info.lot_size = Decimal{1, 0};
    report.instruments.push_back({.instrument = backtest_instrument(of.info).value(),
                                  .data = {.first_local = minute(0), .last_local = minute(20)},
                                  .gaps = {.updates = gaps}});
    request.settings.instruments.push_back(of);
  }
  EXPECT_THAT(run_json(request, {}, report), HasSubstr("\"gap_minutes\":7,"));
}

// As equity.csv has it.
TEST(RunJson, TellsAPositionLessTheFeesTakenOutOfIt) {
  Instrument info;
  info.symbol = "X";
  info.tick_size = Decimal{1, 0};
  info.lot_size = Decimal{1, 3};
  RunReport report;
  report.instruments.push_back(
      {.instrument = backtest_instrument(info).value(), .position = {.quantity = Quantity{100}, .base_fee = {1, 4}}});
  EXPECT_THAT(totals_json(report), HasSubstr(R"("position":"0.0999")"));
}

}  // namespace
}  // namespace acts::backtest
