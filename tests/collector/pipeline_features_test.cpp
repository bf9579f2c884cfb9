// Rows with more features, and at other intervals than a minute: what a message changes, and when it cannot change
// anything any more.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "collector/market_pipeline.hpp"

namespace acts::collector {
namespace {

using namespace std::chrono_literals;

const UnixNanos kNoon = parse_iso8601("2024-08-08T12:00").value();

PipelineOptions options(Nanos interval, std::vector<std::string> names = {"all"}) {
  PipelineOptions result;
  result.bands = BandList::defaults();
  result.add_unknown_symbols = true;
  result.features =
      IntervalFeatures::make(
          {.interval = interval, .names = std::move(names), .levels = {1, 3}, .horizons = {interval, 5 * interval}})
          .value();
  return result;
}

struct Event {
  UnixNanos at;
  std::string json;
};

// A book that goes on without a gap, and trades.
class RandomMarket {
 public:
  explicit RandomMarket(unsigned seed) : random_(seed) {}

  Event next() {
    now_ = now_ + Nanos{number(0, 4) == 0 ? 0 : number(1, 90'000'000)};
    return {now_, number(0, 2) == 0 ? trade() : update()};
  }

 private:
  std::int64_t number(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  std::string levels(std::int64_t low, std::int64_t high) {
    std::string text;
    for (std::int64_t i = number(0, 3); i > 0; --i) {
      text +=
          fmt::format(R"({}["{}.{}","{}"])", text.empty() ? "" : ",", number(low, high), number(0, 9), number(0, 4));
    }
    return text;
  }
  std::string update() {
    if (number(0, 39) == 0) id_ += 5;  // what was in between is lost: a gap
    const std::int64_t first = id_ + 1;
    id_ = first + number(0, 2);
    return fmt::format(
        R"({{"stream":"btcusdt@depth@100ms","data":{{"e":"depthUpdate","E":{},"s":"BTCUSDT","U":{},"u":{},"b":[{}],"a":[{}]}}}})",
        to_unix_millis(now_), first, id_, levels(95, 99), levels(100, 104));
  }
  std::string trade() {
    return fmt::format(
        R"({{"stream":"btcusdt@trade","data":{{"e":"trade","E":{0},"s":"BTCUSDT","t":{1},"p":"{2}.5","q":"{3}.25","T":{0},"m":{4},"M":true}}}})",
        to_unix_millis(now_), ++trade_id_, number(95, 104), number(0, 9), number(0, 1) == 0);
  }

  std::mt19937_64 random_;
  UnixNanos now_ = kNoon + 50ms;
  std::int64_t id_ = 10;
  std::int64_t trade_id_ = 0;
};

std::vector<Event> some_events(unsigned seed, std::size_t count) {
  RandomMarket market(seed);
  std::vector<Event> events;
  for (std::size_t i = 0; i < count; ++i) events.push_back(market.next());
  return events;
}

// JSON lines, and the boundaries they are of.
struct Rows {
  std::vector<UnixNanos> at;
  std::vector<std::string> text;
};

// A snapshot comes behind the first event, and behind each gap.
Rows rows_of(const PipelineOptions& how, const std::vector<Event>& events) {
  Rows rows;
  MarketPipeline* made = nullptr;
  MarketPipeline pipeline(how, [&](MinuteRow&& row) {
    rows.at.push_back(row.sample_time());
    append_json(rows.text.emplace_back(), made->schema(), row);
  });
  made = &pipeline;
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_TRUE(pipeline.on_message(events[i].json, events[i].at).problem.empty());
    if (i > 0 && pipeline.status(0).state != SyncState::kSuspect) continue;
    const std::int64_t id = i == 0 ? 10 : pipeline.builder(0).book().last_update_id().value();
    const std::string snapshot =
        fmt::format(R"({{"lastUpdateId":{},"bids":[["97","1"],["95","2"]],"asks":[["101","3"]]}})", id);
    EXPECT_TRUE(pipeline.on_depth_answer(0, snapshot, 5000, events[i].at).has_value());
  }
  return rows;
}

// A value at t is made of what came before t: whatever comes on t or later, it stays what it was.
TEST(PipelineFeatures, LookAtNothingThatComesLater) {
  constexpr std::size_t kEvents = 400;
  std::mt19937_64 random(1);
  for (const Nanos interval : {Nanos{100ms}, Nanos{1s}}) {
    const std::vector<Event> events = some_events(1, kEvents);
    const Rows whole = rows_of(options(interval), events);
    ASSERT_GT(whole.text.size(), 10U);
    for (unsigned round = 0; round < 40; ++round) {
      const std::size_t cut = std::uniform_int_distribution<std::size_t>(1, kEvents - 1)(random);
      std::vector<Event> other(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(cut));
      const UnixNanos first_other = events[cut].at;
      for (const Event& event : some_events(100 + round, 50)) {
        other.push_back({first_other + (event.at - kNoon - 50ms), event.json});
      }
      const Rows changed = rows_of(options(interval), other);
      std::size_t same = 0;
      while (same < whole.at.size() && whole.at[same] <= first_other) ++same;
      ASSERT_LE(same, changed.text.size());
      for (std::size_t i = 0; i < same; ++i) ASSERT_EQ(changed.text[i], whole.text[i]) << "cut at " << cut;
    }
  }
}

// ... and it does change what follows: the test above would find nothing in rows that are always the same.
TEST(PipelineFeatures, ChangeWithAMessageJustBeforeTheBoundary) {
  std::vector<Event> events = some_events(1, 5);
  const UnixNanos boundary = next_multiple(events.back().at, 1s);
  const auto with_a_trade = [&](UnixNanos at) {
    std::vector<Event> more = events;
    more.push_back(
        {at, R"({"stream":"btcusdt@trade","data":{"e":"trade","E":1723118400000,"s":"BTCUSDT","t":1000,"p":"100",)"
             R"("q":"7","T":1723118400000,"m":false,"M":true}})"});
    more.push_back({boundary + 1ms, events[0].json});
    return rows_of(options(1s, {"buy_volume", "buy_count"}), more).text.at(0);
  };
  EXPECT_NE(with_a_trade(boundary - Nanos{1}), with_a_trade(boundary));
}

TEST(PipelineFeatures, StandBehindTheColumnsOfEveryMinuteRow) {
  const std::vector<Event> events = some_events(3, 3000);
  const Rows plain = rows_of(options(kMinute, {}), events);
  const Rows more = rows_of(options(kMinute), events);
  ASSERT_GT(plain.text.size(), 0U);
  ASSERT_EQ(plain.at, more.at);
  for (std::size_t i = 0; i < plain.text.size(); ++i) {
    const std::string same = plain.text[i].substr(0, plain.text[i].size() - 2);  // without "}\n"
    EXPECT_TRUE(more.text[i].starts_with(same + ",\"observed_ms\":")) << more.text[i];
  }
}

double number_in(const std::string& json, const std::string& name) {
  const std::size_t at = json.find(fmt::format("\"{}\":", name)) + name.size() + 3;
  const std::size_t begin = json[at] == '"' ? at + 1 : at;
  return json.compare(at, 4, "null") == 0 ? 0 : std::stod(json.substr(begin));
}

// Of whichever interval: what is summed up adds up, and the state of the book is the same.
TEST(PipelineFeatures, AddUpFromShortIntervalsToLongOnes) {
  const std::vector<Event> events = some_events(5, 3000);
  const Rows shorter = rows_of(options(100ms), events);
  const Rows longer = rows_of(options(5s), events);
  ASSERT_GT(longer.text.size(), 5U);
  std::size_t next = 0;
  for (std::size_t i = 0; i < longer.at.size(); ++i) {
    for (const char* name : {"updates", "gaps", "observed_ms", "buy_volume", "sell_volume", "buy_count", "sell_count",
                             "order_flow_imbalance", "mid_changes"}) {
      double sum = 0;
      for (std::size_t k = next; k < shorter.at.size() && shorter.at[k] <= longer.at[i]; ++k) {
        sum += number_in(shorter.text[k], name);
      }
      // Each time is rounded to a millisecond by itself; the others are small whole or quarter numbers, exact.
      const double slack = std::string_view(name) == "observed_ms" ? 50 : 0;
      EXPECT_NEAR(number_in(longer.text[i], name), sum, slack) << name << " at " << to_iso8601(longer.at[i]);
    }
    while (next < shorter.at.size() && shorter.at[next] <= longer.at[i]) ++next;
    for (const char* name : {"best_bid", "best_ask", "total_bid_1", "coverage_bid_4", "imbalance_3", "bid_slope_1"}) {
      EXPECT_EQ(number_in(shorter.text[next - 1], name), number_in(longer.text[i], name)) << name;
    }
  }
}

}  // namespace
}  // namespace acts::collector
