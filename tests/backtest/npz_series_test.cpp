#include "backtest/npz_series.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "backtest/given_events.hpp"

namespace acts::backtest {
namespace {

namespace hft = history::hft;
using history::HftEvent;

HftEvent series_event(std::int64_t exch, std::int64_t local, std::uint64_t clocks = hft::kExchange | hft::kLocal) {
  return {.ev = hft::kDepth | hft::kBuy | clocks, .exch_ts = exch, .local_ts = local, .px = 1, .qty = 1};
}

// The times of receipt, or what is wrong.
std::string told_of(const std::map<std::string, std::vector<HftEvent>>& files, const std::vector<std::string>& order,
                    std::optional<UnixNanos> to = {}) {
  NpzSeries series(order, to, [&files](const std::string& path) -> Result<std::unique_ptr<history::HftSource>> {
    const auto found = files.find(path);
    if (found == files.end()) return fail(ErrorCode::kUsage, path + ": no such file");
    return std::make_unique<test::GivenEvents>(found->second);
  });
  std::string told;
  HftEvent event;
  for (;;) {
    const Result<bool> there = series.next(event);
    if (!there) return there.error().message;
    if (!*there) return told;
    told += std::to_string(event.local_ts) + " ";
  }
}

TEST(NpzSeries, JoinsFilesInTheOrderOfTime) {
  const std::map<std::string, std::vector<HftEvent>> files{{"a", {series_event(1, 11), series_event(3, 13)}},
                                                           {"empty", {}},
                                                           {"b", {series_event(3, 13), series_event(5, 15)}}};
  EXPECT_EQ(told_of(files, {"a", "empty", "b"}), "11 13 13 15 ");
  EXPECT_EQ(told_of(files, {"a", "b"}, UnixNanos{13}), "11 ");
  EXPECT_EQ(told_of(files, {"a", "c"}), "c: no such file");
}

TEST(NpzSeries, RefusesFilesThatGoBackByEitherClock) {
  const std::map<std::string, std::vector<HftEvent>> files{
      {"a", {series_event(1, 11), series_event(9, 13)}},
      {"venue", {series_event(8, 14)}},
      {"local", {series_event(9, 12)}},
      {"apart", {series_event(8, 14, hft::kLocal), series_event(9, 12, hft::kExchange)}}};
  EXPECT_EQ(told_of(files, {"a", "venue"}),
            "venue: by the venue's clock it has an event of 1970-01-01T00:00:00.000Z, and a before it goes to "
            "1970-01-01T00:00:00.000Z: name files in the order of time, without what another has");
  EXPECT_TRUE(told_of(files, {"a", "local"}).starts_with("local: by our clock"));
  EXPECT_EQ(told_of(files, {"a", "apart"}), "11 13 14 12 ") << "of an event's two rows each is for one clock";
  EXPECT_EQ(told_of({{"a", {series_event(5, 5), series_event(1, 1)}}}, {"a"}), "5 1 ")
      << "within a file the order is its own";
}

}  // namespace
}  // namespace acts::backtest
