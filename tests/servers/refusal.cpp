#include "servers/refusal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "cli/program.hpp"
#include "live/sink_feeder.hpp"

namespace acts::servers {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr std::size_t kBidColumn = 4;

// Four rows a minute.
std::vector<MinuteRow> without_bids(int first_minute, int minutes) {
  std::vector<MinuteRow> rows;
  for (int minute = first_minute; minute < first_minute + minutes; ++minute) {
    for (MinuteRow& row : rows_of(minute)) {
      row.values[kBidColumn] = {};
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

std::unique_ptr<SinkFeeder> begin_delivery(const std::string& path, const SinkSettings& settings) {
  SinkFeederOptions options;
  options.sink = settings.name;
  options.data_path = path;
  options.delivery = {.batch = 500, .poll = 20ms, .retry_first = 50ms, .retry_cap = 500ms, .seed = 1};
  options.limits = {.connect = 5s, .answer = 20s};
  return SinkFeeder::start(
             options, [&](SinkLimits limits) { return make_sink(settings, SinkContent::kRows, std::move(limits)); })
      .value();
}

bool wait_for(const SinkFeeder& feeder, std::uint64_t delivered, std::uint64_t refused) {
  for (const auto end = std::chrono::steady_clock::now() + 60s; std::chrono::steady_clock::now() < end;) {
    const SinkFeeder::Status status = feeder.status();
    if (status.delivery.delivered == delivered && status.delivery.refused == refused && status.lag.rows == 0)
      return true;
    std::this_thread::sleep_for(20ms);
  }
  const SinkFeeder::Status status = feeder.status();
  ADD_FAILURE() << status.delivery.delivered << " delivered, " << status.delivery.refused << " refused, "
                << status.lag.rows << " wait: " << status.delivery.failure;
  return false;
}

std::string rejected(const std::string& data_dir) {
  const cli::Outcome outcome = cli::run_acts({"rows", "rejected", "--data-dir", data_dir});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return outcome.out;
}

}  // namespace

void set_aside_what_the_server_refuses(const SinkCase& sink_case, const RefusalCase& refusal) {
  const testing::TempDir dir;
  std::filesystem::permissions(dir.string(), static_cast<std::filesystem::perms>(0755));
  const std::uint16_t port = free_port();
  const auto server = sink_case.make_server(dir.string(), port);
  ASSERT_TRUE(server->start());
  const SinkSettings settings = sink_case.settings(port);
  const auto sink = make_sink(settings, SinkContent::kRows, sink_limits(5s, 20s)).value();
  const auto made = sink->open(day_schema());
  ASSERT_TRUE(made) << made.error().message;
  refusal.forbid(port);
  const auto expect_stored = [&](const std::vector<MinuteRow>& rows) {
    auto stored = sink->read("", "");
    ASSERT_TRUE(stored) << stored.error().message;
    std::erase_if(*stored, [&](const MinuteRow& row) { return row.venue() == refusal.others; });
    expect_same(day_schema(), rows, *stored);
  };

  const std::string path = dir / "acts.db";
  const auto store = SqliteStore::open(path, day_schema()).value();
  std::vector<MinuteRow> rows = without_bids(0, 10);
  constexpr std::size_t kRefused = 21;
  rows[kRefused].values[kBidColumn] = parse_decimal(kRefusedBid).value();
  const MinuteRow refused = rows[kRefused];
  ASSERT_TRUE(store->upsert(rows));
  const auto feeder = begin_delivery(path, settings);
  ASSERT_TRUE(wait_for(*feeder, rows.size() - 1, 1));
  EXPECT_THAT(feeder->status().refusal, HasSubstr(refusal.reason));
  EXPECT_EQ(feeder->status().delivery.failures, 0U) << feeder->status().delivery.failure;
  const std::string listed = rejected(dir.string());
  EXPECT_THAT(listed, HasSubstr(settings.name + "," + refused.venue() + "," + refused.symbol() + "," +
                                to_iso8601(refused.sample_time()) + ","));
  EXPECT_THAT(listed, HasSubstr(refusal.reason));
  EXPECT_EQ(std::ranges::count(listed, '\n'), 2) << "the header and one row: " << listed;
  rows.erase(rows.begin() + kRefused);
  expect_stored(rows);

  const std::vector<MinuteRow> later = without_bids(20, 5);
  ASSERT_TRUE(store->upsert(later));
  rows.insert(rows.end(), later.begin(), later.end());
  ASSERT_TRUE(wait_for(*feeder, rows.size(), 1));
  expect_stored(rows);
  if (!refusal.allow) return;
  refusal.allow(port);
  ASSERT_TRUE(store->upsert(std::vector{refused}));
  rows.push_back(refused);
  ASSERT_TRUE(wait_for(*feeder, rows.size(), 1));
  expect_stored(rows);
  EXPECT_EQ(std::ranges::count(rejected(dir.string()), '\n'), 1) << "nothing is rejected any more";
}

}  // namespace acts::servers
