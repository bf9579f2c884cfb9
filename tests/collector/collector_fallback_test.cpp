// USD-M's fastest updates come on a name that the venue does not document: what happens where nothing comes on it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "collector/collector.hpp"
#include "collector/fake_venue.hpp"

namespace acts::collector {
namespace {

using test::FakeVenue;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

std::unique_ptr<FakeVenue> begin(std::vector<std::string> streams, std::string no_such_stream) {
  CollectorOptions options;
  options.venue = Venue::kBinanceUsdm;
  options.symbols = {"BTCUSDT", "ETHUSDT"};
  options.streams = std::move(streams);
  options.update_interval = 0ms;
  auto venue = std::make_unique<FakeVenue>(std::move(options));
  venue->no_such_stream = std::move(no_such_stream);
  venue->add_market("BTCUSDT");
  venue->add_market("ETHUSDT");
  venue->start();
  return venue;
}

// As the venue sends it, with the depth or without.
void send_ticker(FakeVenue& venue) {
  for (const FakeVenue::Session* session : venue.open_sessions()) {
    if (!session->names.contains("btcusdt@bookTicker")) continue;
    venue.send(session->number,
               R"({"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":1,"E":1,"T":1,"s":"BTCUSDT",)"
               R"("b":"100.00","B":"1","a":"101.00","A":"1"}})");
  }
}

TEST(CollectorFallback, TakesUpdatesEvery100MsOnceWhereNoneComesWithoutADelay) {
  const auto venue = begin({"depth"}, "depth@0ms");
  venue->run_for(1s);
  EXPECT_THAT(venue->opened.front().second.url, HasSubstr("btcusdt@depth@0ms"));
  venue->run_for(1min);
  EXPECT_THAT(venue->opened.back().second.url, HasSubstr("btcusdt@depth@100ms"));
  EXPECT_THAT(venue->opened.back().second.url, Not(HasSubstr("@0ms")));
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  EXPECT_TRUE(venue->in_step("ETHUSDT"));
  EXPECT_THAT(venue->all_logs(), HasSubstr("--update-interval 100ms"));
  const std::size_t opened = venue->opened.size();
  venue->add_market("SOLUSDT");
  ASSERT_TRUE((*venue)->set_symbols(std::vector<std::string>{"BTCUSDT", "ETHUSDT", "SOLUSDT"}, venue->now));
  venue->run_for(1h);
  EXPECT_TRUE(venue->in_step("SOLUSDT"));
  EXPECT_EQ(venue->count_logs("depth_interval"), 1U);
  EXPECT_THAT(venue->opened, SizeIs(opened)) << "the line is not renewed any more";
  venue->expect_replays();
}

TEST(CollectorFallback, KeepsWhatHasDeliveredWhenItFallsSilent) {
  const auto venue = begin({"depth"}, "");
  venue->run_for(1min);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  venue->no_such_stream = "depth@0ms";
  venue->run_for(2min);
  EXPECT_GE(venue->health().counters.frozen_streams, 1U);
  EXPECT_THAT(venue->opened.back().second.url, HasSubstr("btcusdt@depth@0ms"));
  EXPECT_EQ(venue->count_logs("depth_interval"), 0U);
}

TEST(CollectorFallback, TakesNoQuietMarketForAStreamThatIsNotThere) {
  const auto venue = begin({"depth"}, "");
  venue->market("BTCUSDT").moving = false;
  venue->market("ETHUSDT").moving = false;
  venue->run_for(1h);
  EXPECT_GE(venue->market("BTCUSDT").probes, 1U);
  EXPECT_THAT(venue->opened, SizeIs(1));
  EXPECT_EQ(venue->count_logs("depth_interval"), 0U);
}

TEST(CollectorFallback, TakesNoDeadConnectionForAStreamThatIsNotThere) {
  const auto venue = begin({"depth", "bookTicker"}, "depth@0ms");
  venue->run_for(30s);
  EXPECT_GE(venue->health().counters.frozen_streams, 1U);
  EXPECT_EQ(venue->count_logs("depth_interval"), 0U) << "nothing comes of any stream";
  for (int second = 0; second < 120; ++second) {
    send_ticker(*venue);
    venue->run_for(1s);
  }
  EXPECT_EQ(venue->count_logs("depth_interval"), 1U);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  EXPECT_THAT(venue->opened.back().second.url, HasSubstr("bookTicker"));
}

}  // namespace
}  // namespace acts::collector
