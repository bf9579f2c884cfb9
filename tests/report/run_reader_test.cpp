// What a run's files may hold, and what is said of what they may not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>

#include "report/run/run_builder.hpp"
#include "report/run/run_facts.hpp"
#include "report/run/run_rows.hpp"

namespace acts::report {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kEquityHeader = "time,instrument,mark_price,position,cash,fee,funding,equity";
constexpr std::string_view kFillHeader =
    "time,instrument,side,price,quantity,liquidity,cause,fee,order_id,queue_ahead_entry,queue_ahead_fill,mid_price,"
    "realised";

std::string refusal_of(Result<CsvTable> table, auto row, std::string_view line) {
  if (!table) return table.error().message;
  const auto read = row(*table, line);
  return read ? "taken" : read.error().message;
}

TEST(CsvTable, TakesQuotesAndColumnsInAnyOrder) {
  static constexpr std::array<std::string_view, 2> kWanted{"b", "a"};
  auto table = CsvTable::open("a,x,b\r", kWanted).value();
  ASSERT_TRUE(table.read("\"1,\"\"2\",,3\r"));
  EXPECT_EQ(table.field(0), "3");
  EXPECT_EQ(table.field(1), "1,\"2");
  EXPECT_FALSE(table.read("1,2"));
  EXPECT_FALSE(table.read("1,2,3,4"));
  EXPECT_FALSE(table.read("1,\"2,3"));
  EXPECT_FALSE(table.read("1,\"2\"x,3"));
  EXPECT_TRUE(table.read("1,2,3")) << "goes on after a bad line";
  EXPECT_FALSE(CsvTable::open("a,c", kWanted));
  EXPECT_FALSE(CsvTable::open("a,b,a", kWanted));
}

TEST(EquityRow, MustAddUpToTheLastUnit) {
  const auto refusal = [](std::string_view line) { return refusal_of(equity_table(kEquityHeader), equity_row, line); };
  EXPECT_EQ(refusal("2024-08-08T00:00:00.123456789Z,X,100.5,-2,10,1,0.25,-191.75"), "taken");
  EXPECT_EQ(refusal("2024-08-08T00:00:00Z,X,,0,10,1,0.25,9.25"), "taken");
  EXPECT_THAT(refusal("2024-08-08T00:00:00Z,X,100.5,-2,10,1,0.25,-191.76"), HasSubstr("which is -191.75"));
  EXPECT_THAT(refusal("2024-08-08T00:00:00Z,X,,1,0,0,0,0"), HasSubstr("position '1' has no mark_price"));
  EXPECT_THAT(refusal("yesterday,X,1,0,0,0,0,0"), HasSubstr("time 'yesterday' is no time such as"));
  EXPECT_THAT(refusal("1950-01-01,X,1,0,0,0,0,0"), HasSubstr("is not between 1970 and 2200"));
  EXPECT_THAT(refusal("2024-08-08,X,1e5,0,0,0,0,0"), HasSubstr("mark_price '1e5' is no exact decimal number"));
  EXPECT_THAT(refusal("2024-08-08,X,1,99999999999999999999999999999999999999,0,0,0,0"), HasSubstr("is not cash"));
  EXPECT_THAT(refusal_of(equity_table("time,instrument"), equity_row, ""),
              HasSubstr("there is no column 'mark_price'"));
}

TEST(FillRow, RefusesWhatIsNoFill) {
  const auto refusal = [](std::string_view line) { return refusal_of(fills_table(kFillHeader), fill_row, line); };
  EXPECT_EQ(refusal("2024-08-08,X,buy,1,2,maker,queue_done,-0.1,7,1,0,1.5,"), "taken");
  EXPECT_THAT(refusal("2024-08-08,X,bid,1,2,maker,q,0,7,,,,"), HasSubstr("side 'bid' is none of sell, buy"));
  EXPECT_THAT(refusal("2024-08-08,X,buy,1,0,maker,q,0,7,,,,"), HasSubstr("quantity '0' is not above 0"));
  EXPECT_EQ(refusal("2024-08-08,X,buy,1,2,maker,q,0,7,1.2345678901234567e-07,0.12345678901234568,,"), "taken");
  EXPECT_THAT(refusal("2024-08-08,X,buy,1,2,maker,q,0,7,nan,,,"), HasSubstr("queue_ahead_entry 'nan' is no number"));
  EXPECT_THAT(refusal("2024-08-08,X,buy,1,2,both,q,0,7,,,,"), HasSubstr("liquidity 'both'"));
  EXPECT_THAT(refusal("2024-08-08," + std::string(300, 'x') + ",buy,1,2,maker,q,0,7,,,,"),
              HasSubstr("longer than 256"));
}

TEST(RunFacts, FlattensWhatThereIsAndPassesOverFills) {
  const auto facts = parse_run_facts(R"({"totals":{"fills":2,"position":"0.5"},"fills":[{"a":[1,2]},{}],
    "run":{"data":[{"sha256":"ab"}],"seed":7,"gaps":[{"from":"2024-08-08T00:00","to":"2024-08-08T00:01"}],"x":[],
    "configuration":"[data]"}})");
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->run[0], (Fact{"data[0].sha256", "ab"}));
  EXPECT_EQ(facts->run[1], (Fact{"seed", "7"}));
  EXPECT_EQ(facts->run.back(), (Fact{"x", "none"}));
  EXPECT_EQ(facts->totals[1], (Fact{"position", "0.5"}));
  EXPECT_EQ(facts->configuration, "[data]");
  EXPECT_EQ(facts->fills, 2U);
  ASSERT_EQ(facts->gaps.size(), 1U);
  EXPECT_EQ(facts->gaps[0].to - facts->gaps[0].from, std::chrono::seconds{60});
}

// However many there are, the header counts them all, and names the earliest.
TEST(RunFacts, CountsGapsAndTellsTheFirstAndTheMoney) {
  std::string gaps;
  for (int i = 0; i < 700; ++i) {
    gaps += R"({"from":"2024-08-08T00:00:10Z","to":"2024-08-08T00:00:20Z"},)";
  }
  const auto facts = parse_run_object(R"({"instruments":[{"name":"A","settlement_asset":"USDT"}],"gaps":[)" + gaps +
                                      R"(5,{"from":7},{"from":"2024-08-08T00:00:05Z","to":"2024-08-08T00:00:06Z"}],)"
                                      R"("missing_trades":9})");
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->gap_count, 701U);
  EXPECT_EQ(facts->gaps.size(), RunFacts::kMostFacts);
  EXPECT_EQ(facts->first_gap, "2024-08-08T00:00:05Z");
  EXPECT_EQ(facts->run.back(), (Fact{"missing_trades", "9"})) << "and what stands behind them is told";
  const auto money_of = [](RunFacts of) { return choose_asset(of, "") ? of.money : "refused"; };
  EXPECT_EQ(money_of(*facts), "USDT");
  EXPECT_EQ(money_of(*parse_run_object(R"({"settlement_asset":"BTC"})")), "BTC");
  EXPECT_EQ(money_of(*parse_run_object(R"({"settlement_asset":5})")), "");
  EXPECT_EQ(parse_run_object("[]").error().message, "'run' is no object");
}

// Their sum was reported as a profit.
TEST(RunFacts, WantsToBeToldWhichOfSeveralAssetsItIsOf) {
  const auto chosen = [](const std::string& first, const std::string& second, const std::string& asset) {
    auto facts = parse_run_facts(R"({"run":{"instruments":[{"name":"A","settlement_asset":)" + first +
                                 R"(},{"name":"B","settlement_asset":)" + second + R"(}]},"totals":{}})");
    const auto done = choose_asset(facts.value(), asset);
    return done ? facts->money : done.error().message;
  };
  EXPECT_EQ(chosen("\"USDT\"", "\"USDT\"", ""), "USDT");
  EXPECT_EQ(chosen("\"USDT\"", "5", ""), "USDT");
  EXPECT_EQ(chosen("\"USDT\"", "\"BTC\"", "BTC"), "BTC");
  EXPECT_EQ(chosen("\"USDT\"", "\"BTC\\n\"", ""),
            "the run's instruments settle in \"USDT\" and \"BTC\\n\", which have no sum to report on: choose one with "
            "--asset");
  EXPECT_EQ(chosen("\"USDT\"", "\"BTC\"", "ETH"),
            "--asset \"ETH\": the run's instruments settle in \"USDT\" and \"BTC\"");
  EXPECT_EQ(chosen("5", "5", "ETH"),
            "--asset \"ETH\": the run's instruments settle in what its run.json does not tell");
}

TEST(RunFacts, TellsTheContractOfEachInstrument) {
  const auto several = parse_run_object(R"json({"instruments":[{"name":"A","models":{"contract":"inverse(100)"}},)json"
                                        R"json({"name":"B","models":{"contract":"linear(2)"}}]})json");
  ASSERT_TRUE(several);
  EXPECT_TRUE(several->of("A").contract.value().is_inverse);
  EXPECT_EQ(several->of("A").contract.value().size, (Decimal{100, 0}));
  EXPECT_EQ(several->of("B").contract.value().size, (Decimal{2, 0}));
  EXPECT_FALSE(several->of("C").contract);
  const auto one = parse_run_object(R"json({"models":{"contract":"inverse(10)"}})json");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->of("whatever").contract.value().size, (Decimal{10, 0}));
}

TEST(RunFacts, SaysWhatIsWrong) {
  EXPECT_THAT(parse_run_facts("{\"run\":").error().message, HasSubstr("byte 8: no JSON"));
  EXPECT_THAT(parse_run_facts("[]").error().message, HasSubstr("no objects 'run' and 'totals'"));
  EXPECT_THAT(parse_run_facts("{\"run\":{},\"totals\":3}").error().message, HasSubstr("no objects"));
  EXPECT_FALSE(parse_run_facts(""));
  EXPECT_FALSE(parse_run_facts("{\"run\":{\"a\":1e999},\"totals\":{}}"));
}

// Copied as its object grew, level by level on the stack, a value nested deeply enough ended the program.
TEST(RunFacts, PassOverWhatIsNestedTooDeeply) {
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  const std::string run = "{\"a\":" + deep + ",\"b\":1,\"c\":[[[2]]],\"d\":3}";
  const auto rest = ::testing::IsSupersetOf({Fact{"b", "1"}, Fact{"c[0][0][0]", "2"}, Fact{"d", "3"}});
  const Result<RunFacts> facts = parse_run_facts("{\"run\":" + run + ",\"totals\":{\"a\":" + deep + ",\"b\":4}}");
  ASSERT_TRUE(facts.has_value()) << facts.error().message;
  EXPECT_THAT(facts->run, rest);
  EXPECT_THAT(facts->totals, ::testing::Contains(Fact{"b", "4"}));
  EXPECT_THAT(parse_run_object(run).value().run, rest);
}

EquityRow sample(std::int64_t second, std::string_view instrument, std::int64_t cash) {
  return {.time = UnixNanos{second * 1'000'000'000},
          .instrument = std::string(instrument),
          .cash = {cash, 0},
          .equity = {cash, 0}};
}

TEST(RunBuilder, RefusesFilesThatContradictEachOther) {
  RunBuilder builder("x", {}, {});
  EXPECT_THAT(builder.finish().error().message, HasSubstr("no sample"));
  ASSERT_TRUE(builder.add(sample(10, "A", 1)));
  ASSERT_TRUE(builder.add(sample(11, "A", 1)));
  EXPECT_THAT(builder.add(sample(9, "A", 1)).error().message, HasSubstr("before that of the line above"));
  FillRow fill{.time = UnixNanos{20}, .instrument = "B", .price = {1, 0}, .quantity = {1, 0}};
  EXPECT_THAT(builder.add(fill, nullptr).error().message, HasSubstr("equity.csv has no instrument 'B'"));
  fill.instrument = "A";
  ASSERT_TRUE(builder.add(fill, nullptr));
  fill.time = UnixNanos{19};
  EXPECT_THAT(builder.add(fill, nullptr).error().message, HasSubstr("before that of the instrument's fill above"));

  RunBuilder cut("x", {.fills = 3}, {});
  ASSERT_TRUE(cut.add(sample(10, "A", 1)));
  EXPECT_THAT(cut.finish().error().message, HasSubstr("run.json tells of 3 fills, and fills.csv has 0"));
}

// A book that comes later has no mark before: what its account began with is no profit.
TEST(RunBuilder, CountsALateInstrumentFromItsFirstSample) {
  RunBuilder builder("x", {}, {});
  for (const EquityRow& row :
       {sample(10, "A", 100), sample(11, "A", 100), sample(11, "B", 50), sample(12, "A", 90), sample(12, "B", 53)}) {
    ASSERT_TRUE(builder.add(row));
  }
  const RunReport run = builder.finish().value();
  EXPECT_EQ(to_string(*run.opening_equity), "100");
  EXPECT_EQ(to_string(*run.closing_equity), "93");
  EXPECT_EQ(to_string(*run.ledger.total), "-7");
  EXPECT_EQ(run.closes.values, (std::vector<double>{100, 100, 93}));
}

TEST(RunBuilder, OfOneSampleIsARunAllTheSame) {
  RunBuilder builder("x", {}, {});
  ASSERT_TRUE(builder.add(sample(10, "A", 5)));
  const RunReport run = builder.finish().value();
  EXPECT_EQ(run.samples, 1U);
  EXPECT_EQ(run.closes.values, (std::vector<double>{5}));
  EXPECT_EQ(to_string(*run.ledger.total), "0");
}

TEST(Thinner, KeepsExactExtremesWhateverTheLength) {
  std::mt19937_64 dice(3);
  for (const std::size_t length : {1UL, 999UL, 1000UL, 1001UL, 5000UL, 123'457UL}) {
    Thinner<2> thinner;
    std::array<double, 2> low{1e9, 1e9};
    std::array<double, 2> high{-1e9, -1e9};
    for (std::size_t i = 0; i < length; ++i) {
      const std::array<double, 2> y{static_cast<double>(dice() % 1'000'000),
                                    dice() % 7 == 0 ? std::nan("") : 1.0 / static_cast<double>(i + 1)};
      for (std::size_t k = 0; k < 2; ++k) {
        if (std::isnan(y[k])) continue;
        low[k] = std::min(low[k], y[k]);
        high[k] = std::max(high[k], y[k]);
      }
      thinner.add({.time = static_cast<double>(i), .y = y});
    }
    const auto points = thinner.points();
    ASSERT_LE(points.size(), Thinner<2>::kMostPoints);
    EXPECT_EQ(thinner.count(), length);
    EXPECT_EQ(points.size() == length, length <= 1001) << "nothing is left out of few, and something of many";
    EXPECT_TRUE(std::ranges::is_sorted(points, {}, [](const auto& p) { return p.number; }));
    EXPECT_EQ(points.front().number, 0U);
    EXPECT_EQ(points.back().number, length - 1);
    for (std::size_t k = 0; k < 2; ++k) {
      double found_low = 1e9;
      double found_high = -1e9;
      for (const auto& point : points) {
        if (std::isnan(point.y[k])) continue;
        found_low = std::min(found_low, point.y[k]);
        found_high = std::max(found_high, point.y[k]);
      }
      EXPECT_EQ(found_low, low[k]) << length;
      EXPECT_EQ(found_high, high[k]) << length;
    }
  }
}

}  // namespace
}  // namespace acts::report
