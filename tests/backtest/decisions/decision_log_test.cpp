#include "backtest/decisions/decision_log.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "backtest/decisions/byte_form.hpp"
#include "backtest/decisions/decisions_support.hpp"
#include "backtest/decisions/value_form.hpp"

namespace acts::backtest {
namespace {

TEST(ByteForm, GivesBackWhatWasWritten) {
  ByteWriter out;
  const std::vector<std::int64_t> integers{0, 1, -1, 63, -64, 64, INT64_MAX, INT64_MIN};
  for (const std::int64_t value : integers) out.integer(value);
  out.number(std::numeric_limits<std::uint64_t>::max());
  out.real(-0.1);
  out.decimal({.units = -(int128{1} << 100), .scale = 7});
  out.text("a text");
  ByteReader in(out.bytes());
  for (const std::int64_t value : integers) EXPECT_EQ(in.integer(), value);
  EXPECT_EQ(in.number(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(in.real(), -0.1);
  const Decimal decimal = in.decimal();
  EXPECT_TRUE(decimal.units == -(int128{1} << 100) && decimal.scale == 7);
  EXPECT_EQ(in.text(6), "a text");
  EXPECT_TRUE(in.is_done());
}

TEST(ByteForm, RefusesWhatNobodyWrites) {
  const std::string most(9, '\xff');
  for (const std::string& bytes :
       {std::string(), std::string("\x80"), std::string("\x80\x00", 2), most + "\x02", most + "\xff\x01"}) {
    ByteReader in(bytes);
    in.number();
    EXPECT_TRUE(in.is_bad());
  }
  const std::string cut =
      "\x05"
      "four";
  ByteReader text(cut);
  EXPECT_EQ(text.text(100), "");
  EXPECT_TRUE(text.is_bad());
}

// What a log holds, record by record.
std::vector<DecisionRecord> records_of(std::string_view bytes) {
  const auto log = test::log_of(bytes);
  std::vector<DecisionRecord> records;
  for (;;) {
    const auto record = log->peek();
    EXPECT_TRUE(record.has_value()) << record.error().message;
    if (!record) return records;
    records.push_back(**record);
    if (std::holds_alternative<DecisionLogEnd>(records.back())) return records;
    log->take();
  }
}

std::string fault_of(std::string_view bytes) {
  const auto log = DecisionLogReader::open(read_from_memory(bytes));
  if (!log) return log.error().message;
  for (;;) {
    const auto record = (*log)->peek();
    if (!record) return record.error().message;
    if (std::holds_alternative<DecisionLogEnd>(**record)) return "";
    (*log)->take();
  }
}

const NewOrder kOrder{.instrument = InstrumentId{3},
                      .side = OrderSide::kSell,
                      .type = OrderType::kTrailingStop,
                      .time_in_force = TimeInForce::kGtx,
                      .price = Price{INT64_MAX},
                      .quantity = Quantity{5},
                      .stop_price = Price{-7},
                      .trail = Price{9},
                      .reduce_only = true};

std::string written(bool is_whole) {
  std::string bytes;
  DecisionLogWriter writer({.bars = true, .features = {"spread", "flow"}},
                           [&bytes](std::string_view part) { bytes += part; });
  writer.on_call({.kind = CallKind::kStart, .now = UnixNanos{INT64_MIN}});
  writer.on_decision({.kind = DecisionKind::kSetTimer, .timer = 9, .at = UnixNanos{INT64_MAX}});
  writer.on_decision({.kind = DecisionKind::kStopTimer, .timer = 10});
  writer.on_call({.kind = CallKind::kFill, .now = UnixNanos{INT64_MAX}, .subject = 2, .digest = 77});
  writer.on_decision({.kind = DecisionKind::kPlace, .order = kOrder, .answer = 12});
  writer.on_decision(
      {.kind = DecisionKind::kModify, .change = {ClientOrderId{12}, Price{1}, Quantity{2}, Price{3}}, .answer = 1});
  writer.on_decision({.kind = DecisionKind::kCancel, .change = {.id = ClientOrderId{12}}, .answer = 0});
  writer.on_decision({.kind = DecisionKind::kPlaceOco, .order = kOrder, .second = {.price = Price{8}}, .answer = 13});
  writer.finish(is_whole);
  return bytes;
}

TEST(DecisionLog, GivesBackEachCallAndEachDecision) {
  const std::string bytes = written(true);
  EXPECT_EQ(test::log_of(bytes)->wants().features, (std::vector<std::string>{"spread", "flow"}));
  EXPECT_TRUE(test::log_of(bytes)->wants().bars);
  EXPECT_FALSE(test::log_of(bytes)->wants().book);
  const std::vector<DecisionRecord> records = records_of(bytes);
  ASSERT_EQ(records.size(), 9U);
  EXPECT_EQ(std::get<ToldCall>(records[0]), (ToldCall{.kind = CallKind::kStart, .now = UnixNanos{INT64_MIN}}));
  EXPECT_EQ(std::get<Decision>(records[1]),
            (Decision{.kind = DecisionKind::kSetTimer, .timer = 9, .at = UnixNanos{INT64_MAX}}));
  EXPECT_EQ(std::get<Decision>(records[2]), (Decision{.kind = DecisionKind::kStopTimer, .timer = 10}));
  EXPECT_EQ(std::get<ToldCall>(records[3]),
            (ToldCall{.kind = CallKind::kFill, .now = UnixNanos{INT64_MAX}, .subject = 2, .digest = 77}));
  EXPECT_EQ(std::get<Decision>(records[4]), (Decision{.kind = DecisionKind::kPlace, .order = kOrder, .answer = 12}));
  EXPECT_EQ(std::get<Decision>(records[5]).change.price, Price{1});
  EXPECT_EQ(std::get<Decision>(records[5]).change.stop_price, Price{3});
  EXPECT_EQ(std::get<Decision>(records[6]).change.id, ClientOrderId{12});
  EXPECT_EQ(std::get<Decision>(records[7]),
            (Decision{.kind = DecisionKind::kPlaceOco, .order = kOrder, .second = {.price = Price{8}}, .answer = 13}));
  EXPECT_EQ(std::get<DecisionLogEnd>(records[8]).calls, 2U);
}

TEST(DecisionLog, SaysWhereItIsCutDamagedOrBrokenOff) {
  EXPECT_EQ(fault_of(written(true)), "");
  EXPECT_EQ(fault_of(written(false)),
            "the decision log ends without its end mark: the run was broken off after call 2");
  EXPECT_EQ(fault_of("time,instrument\n"), "it is no decision log: take the one of a run's folder");
  std::string other = written(true);
  other[std::string_view("acts decisions ").size()] = 9;
  EXPECT_EQ(fault_of(other), "the decision log is of another version's form: run the backtest anew");
  const std::string whole = written(true);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(fault_of(std::string_view(whole).substr(0, size)), "") << size;
  }
  std::string fewer = whole;
  fewer.back() = 1;
  EXPECT_TRUE(fault_of(fewer).contains("has lost calls")) << fault_of(fewer);
}

TEST(DecisionLog, IsReadInPiecesOfAnySize) {
  test::BusyTrader trader(7);
  const test::SmallRun run = test::run_small(test::SmallMarket::make(7, 30'000), trader);
  ASSERT_GT(run.log.size(), 200'000U) << "several pieces";
  const std::vector<DecisionRecord> records = records_of(run.log);
  std::size_t calls = 0;
  for (const DecisionRecord& record : records) calls += std::holds_alternative<ToldCall>(record) ? 1U : 0U;
  EXPECT_EQ(std::get<DecisionLogEnd>(records.back()).calls, calls);
  EXPECT_LT(run.log.size() / records.size(), 12U) << "bytes a record";
}

}  // namespace
}  // namespace acts::backtest
