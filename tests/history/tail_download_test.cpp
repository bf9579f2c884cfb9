// The archive's last days by REST, against a venue with faults.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "history/download_fixture.hpp"

namespace acts::history::archive {
namespace {

using acts::testing::ArchiveReply;
using acts::testing::ArchiveRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A venue with one aggregated trade a minute from 2026-01-05T23:58 on, the first of which the archive's last day has.
class TailTest : public DownloadTest {
 protected:
  static constexpr UnixNanos kFirstTrade{1'767'657'480'000'000'000};
  static constexpr int kFirstId = 40;

  TailTest() {
    publish_days();
    server_.publish(path_of(5), "39,5,1,1,1,1767657420000,true,true\n40,5,1,1,1,1767657480000,true,true\n");
    request_.to.reset();
    request_.tail = true;
    set_now(parse_iso8601("2026-01-07T03:00:20Z").value());
    server_.set_fault([this](const ArchiveRequest& request) -> std::optional<ArchiveReply> {
      if (!lists_ && request.target.starts_with("/?")) return ArchiveReply{.status = 403};
      if (!request.target.starts_with("/api/v3/aggTrades?")) return std::nullopt;
      if (fault_) {
        if (auto reply = fault_(request)) return reply;
      }
      return ArchiveReply{.body = trades_of(request.target), .headers = "X-MBX-USED-WEIGHT-1M: 7\r\n"};
    });
  }
  void set_now(UnixNanos now) {
    now_ = now;
    shift_ = now - clock_.now();
  }
  static int number_at(std::string_view text) {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }
  // By the id that is asked for, or the time, in milliseconds.
  static int first_of(const std::string& target) {
    if (const std::size_t id = target.find("fromId="); id != std::string::npos) {
      return number_at(std::string_view(target).substr(id + 7));
    }
    const UnixNanos time = from_unix_millis(std::stoll(target.substr(target.find("startTime=") + 10)));
    return kFirstId + static_cast<int>((time - kFirstTrade) / kMinute);
  }
  // As the venue answers it: 1000 of them from that id on, as far as there are any.
  [[nodiscard]] std::string trades_of(const std::string& target) const {
    const int first = first_of(target);
    std::string text = "[";
    int rows = 0;
    for (int id = first; rows < 1000; ++id) {
      const UnixNanos time = kFirstTrade + (id - kFirstId) * kMinute;
      if (time > now_) break;
      if (id == lost_) continue;
      ++rows;
      text += fmt::format(R"({}{{"a":{},"p":"5.5","q":"2","f":1,"l":1,"T":{},"m":true,"M":true}})",
                          text.size() > 1 ? "," : "", id, time.value / 1000);
    }
    return text + "]";
  }
  // The ids in a day's file.
  [[nodiscard]] std::vector<int> ids_of(int date) const {
    std::ifstream file(
        local(fmt::format("rest/data/spot/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2026-01-0{}.csv", date)));
    std::vector<int> ids;
    for (std::string line; std::getline(file, line);) ids.push_back(number_at(line));
    return ids;
  }
  static std::vector<int> numbers(int first, int last) {
    std::vector<int> numbers;
    for (int i = first; i <= last; ++i) numbers.push_back(i);
    return numbers;
  }
  [[nodiscard]] std::size_t asked() const {
    std::size_t count = 0;
    for (const auto& [target, times] : server_.requests()) count += target.starts_with("/api/") ? times : 0;
    return count;
  }

  UnixNanos now_{};
  int lost_ = 0;
  bool lists_ = true;
  std::function<std::optional<ArchiveReply>(const ArchiveRequest&)> fault_;
};

TEST_F(TailTest, FillsWhatIsNotPublishedYetWithoutHoleOrDouble) {
  const auto report = run();
  ASSERT_TRUE(report) << report.error().message;
  const SeriesReport& series = report->series.front();
  EXPECT_THAT(series.problems, IsEmpty());
  EXPECT_THAT(series.tail_holes, IsEmpty());
  // What the archive's last day lacks comes too: 23:59.
  EXPECT_EQ(ids_of(5), numbers(41, 41));
  EXPECT_EQ(ids_of(6), numbers(42, 1481));
  EXPECT_EQ(ids_of(7), numbers(1482, 1662));  // up to 03:00
  EXPECT_EQ(series.tail_rows, 1622U);
  EXPECT_EQ(series.tail_days, 3U);
  EXPECT_EQ(asked(), 2U);
}

TEST_F(TailTest, GoesOnWhereItHasEnded) {
  ASSERT_TRUE(run());
  set_now(parse_iso8601("2026-01-07T05:00:20Z").value());
  const std::size_t before = asked();
  const auto again = run();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->series.front().tail_rows, 301U);  // the last day's
  EXPECT_EQ(ids_of(6), numbers(42, 1481));
  EXPECT_EQ(ids_of(7), numbers(1482, 1782));
  EXPECT_EQ(asked() - before, 1U);
}

TEST_F(TailTest, LivesThroughABadDay) {
  fault_ = [](const ArchiveRequest& request) -> std::optional<ArchiveReply> {
    switch (request.times) {
      case 0: return ArchiveReply{.status = 503, .body = "<html>"};
      case 1:
        return ArchiveReply{.status = 429, .body = R"({"code":-1003,"msg":"x"})", .headers = "Retry-After: 1\r\n"};
      case 2: return ArchiveReply{.body = "[{\"a\":1", .cut_after = 4};
      default: return std::nullopt;
    }
  };
  const auto report = run();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->series.front().problems, IsEmpty());
  EXPECT_EQ(ids_of(6), numbers(42, 1481));
  EXPECT_EQ(report->retries, 6U);
}

TEST_F(TailTest, NamesWhatTheVenueRefusesAndWhatItLacks) {
  fault_ = [](const ArchiveRequest&) {
    return ArchiveReply{.status = 400, .body = R"({"code":-1121,"msg":"Invalid symbol."})"};
  };
  const auto refused = run();
  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_THAT(refused->series.front().problems, ElementsAre(HasSubstr("Invalid symbol.")));
  EXPECT_THAT(ids_of(6), IsEmpty());
  fault_ = nullptr;
  lost_ = 50;
  const auto report = run();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->series.front().tail_holes, ElementsAre("aggregated trades 50 to 50 are not there"));
}

// What it has asked for is not there whole: a file of the day before stays.
TEST_F(TailTest, LeavesWhatWasThereWhereItIsStopped) {
  ASSERT_TRUE(run());
  const auto before = ids_of(7);
  set_now(parse_iso8601("2026-01-07T05:00:20Z").value());
  fault_ = [this](const ArchiveRequest& request) {
    return ArchiveReply{.body = trades_of(request.target), .is_slow = true};
  };
  stop_ = [this] { return asked() > 2; };
  const auto stopped = run();
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(ids_of(7), before);
}

TEST_F(TailTest, LeavesALongTailToTheArchive) {
  set_now(parse_iso8601("2026-03-01").value());
  const auto report = run();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->series.front().problems, ElementsAre(HasSubstr("more than 14 days are too many for REST")));
  EXPECT_EQ(asked(), 0U);
}

// A mirror that serves files and no listing: all that was asked for counted as there, and nothing was filled.
TEST_F(TailTest, FillsWhereNothingIsListed) {
  lists_ = false;
  const auto report = run();
  ASSERT_TRUE(report) << report.error().message;
  const SeriesReport& series = report->series.front();
  EXPECT_EQ(report->count(FileState::kFetched), 5U);
  EXPECT_THAT(series.problems, IsEmpty());
  EXPECT_THAT(series.tail_holes, IsEmpty());
  EXPECT_EQ(ids_of(5), numbers(41, 41));
  EXPECT_EQ(ids_of(6), numbers(42, 1481));
  EXPECT_EQ(ids_of(7), numbers(1482, 1662));
  // The day that is over, and that the archive will have.
  EXPECT_THAT(series.missing, IsEmpty());
  EXPECT_EQ(series.unpublished_from, day(2026, 1, 6));
  EXPECT_EQ(series.unpublished, 1);
}

TEST_F(TailTest, FillsUpToTheDayAskedForWhereNothingIsListed) {
  lists_ = false;
  request_.to = day(2026, 1, 7);
  const auto report = run();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(ids_of(6), numbers(42, 1481));
  EXPECT_THAT(ids_of(7), IsEmpty());
  request_.from.reset();
  EXPECT_THAT(run().error().message, ::testing::EndsWith("name the days with --from"));
}

// A day within the archive of which it has nothing stays missing: it lies in front of what REST is for.
TEST_F(TailTest, LeavesHolesOfTheArchiveAsTheyAre) {
  lists_ = false;
  request_.from = day(2025, 12, 31);
  const auto report = run();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->series.front().missing, ElementsAre(day(2025, 12, 31)));
  EXPECT_EQ(report->series.front().unpublished, 1);
}

// Asked for what lies behind all files: that was left out.
TEST_F(TailTest, FillsWhatLiesBehindTheArchive) {
  for (const bool lists : {true, false}) {
    SCOPED_TRACE(lists);
    lists_ = lists;
    request_.from = day(2026, 1, 7);
    request_.to = day(2026, 1, 8);
    const auto report = run();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(ids_of(7), numbers(1482, 1662));
    EXPECT_EQ(report->series.front().tail_days, 1U);
    std::filesystem::remove_all(dir_ / "archive/rest");
  }
}

}  // namespace
}  // namespace acts::history::archive
