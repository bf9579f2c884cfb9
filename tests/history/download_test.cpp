// A download against an archive with faults.
#include "history/archive/download.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "history/archive/local_archive.hpp"
#include "history/download_fixture.hpp"

namespace acts::history::archive {
namespace {

using namespace std::chrono_literals;
using acts::testing::ArchiveReply;
using acts::testing::ArchiveRequest;
using acts::testing::ArchiveServer;
using acts::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(DownloadTest, FetchesOnceAndThenNothing) {
  publish_days();
  const auto first = run();
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->count(FileState::kFetched), 5U);
  expect_all_there();
  EXPECT_EQ(progress_.done, 5U);
  EXPECT_EQ(progress_.bytes, progress_.all_bytes);
  const auto asked = server_.requests();
  const auto again = run();
  EXPECT_EQ(again->count(FileState::kUnchanged), 5U);
  for (const auto& [target, times] : server_.requests()) {
    const bool is_listing = target.starts_with("/?");
    EXPECT_TRUE(is_listing || times == asked.at(target)) << target;
  }
}

TEST_F(DownloadTest, SaysWhatItWouldFetch) {
  publish_days();
  dry_run_ = true;
  const auto report = run();
  ASSERT_TRUE(report);
  ASSERT_EQ(report->series.front().files.size(), 5U);
  EXPECT_EQ(report->series.front().files[0].bytes, content_of(1).size());
  EXPECT_FALSE(std::filesystem::exists(dir_ / "archive"));
}

TEST_F(DownloadTest, LivesThroughABadDay) {
  publish_days();
  slow_for_ = 1s;
  server_.set_fault([&](const ArchiveRequest& request) -> std::optional<ArchiveReply> {
    if (request.times >= 3) return std::nullopt;
    if (request.target == "/" + path_of(1)) {  // cut, each time a little later
      const std::string content = content_of(1);
      const bool has_range = request.offset > 0;
      return ArchiveReply{.status = has_range ? 206 : 200, .body = content, .cut_after = 30'000};
    }
    if (request.target == "/" + path_of(2)) return ArchiveReply{.status = 503, .body = "<html>busy</html>"};
    if (request.target == "/" + path_of(3)) return ArchiveReply{.body = content_of(9)};  // wrong bytes, well sent
    if (request.target == "/" + path_of(4) + ".CHECKSUM") return ArchiveReply{.body = "<html>no</html>"};
    if (request.target == "/" + path_of(5) && request.times == 0) {
      return ArchiveReply{.body = content_of(5), .is_slow = true};
    }
    if (request.target.starts_with("/?") && request.times == 0) return ArchiveReply{.status = 500};
    return std::nullopt;
  });
  const auto report = run();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->series.front().problems, IsEmpty());
  EXPECT_EQ(report->count(FileState::kFetched), 5U);
  EXPECT_GT(report->retries, 8U);
  expect_all_there();
}

// A server that knows no ranges sends all of it again.
TEST_F(DownloadTest, BeginsAnewWhereTheServerDoes) {
  publish_days();
  server_.set_fault([&](const ArchiveRequest& request) -> std::optional<ArchiveReply> {
    if (request.target != "/" + path_of(1)) return std::nullopt;
    ArchiveReply reply{.body = content_of(1)};
    if (request.times == 0) reply.cut_after = 50'000;
    return reply;
  });
  ASSERT_TRUE(run());
  expect_all_there();
}

TEST_F(DownloadTest, NamesADayThatIsMissingAndOneThatFails) {
  publish_days();
  server_.set_fault([&](const ArchiveRequest& request) -> std::optional<ArchiveReply> {
    if (request.target.starts_with("/" + path_of(3))) return ArchiveReply{.status = 404};
    if (request.target == "/" + path_of(4)) return ArchiveReply{.status = 500};
    return std::nullopt;
  });
  request_.to = day(2026, 1, 9);
  set_today(day(2026, 1, 9));
  const auto report = run();
  ASSERT_TRUE(report) << report.error().message;
  const SeriesReport& series = report->series.front();
  EXPECT_THAT(series.missing, ElementsAre(day(2026, 1, 3)));
  EXPECT_EQ(series.unpublished, 3);
  EXPECT_EQ(series.unpublished_from, day(2026, 1, 6));
  EXPECT_THAT(series.problems, ElementsAre(HasSubstr("2026-01-04.zip: the server answers 500 (5 times in a row)")));
  EXPECT_EQ(report->count(FileState::kFetched), 3U);
  EXPECT_FALSE(std::filesystem::exists(local(path_of(4))));
}

// Without a listing too: what is old will not come, what is young may.
TEST_F(DownloadTest, TellsWhatMayComeFromWhatIsMissingWithoutAListing) {
  publish_days();
  server_.set_fault([](const ArchiveRequest& request) -> std::optional<ArchiveReply> {
    if (request.target.starts_with("/?")) return ArchiveReply{.status = 403};
    return std::nullopt;
  });
  request_.from = day(2025, 12, 31);
  request_.to = day(2026, 1, 10);
  set_today(day(2026, 1, 10));
  const auto report = run();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->series.front().missing, ElementsAre(day(2025, 12, 31), day(2026, 1, 6)));
  EXPECT_EQ(report->series.front().unpublished_from, day(2026, 1, 7));
  EXPECT_EQ(report->series.front().unpublished, 3);
}

TEST_F(DownloadTest, AsksForTheDaysBehindAListingThatIsOld) {
  publish_days();
  const std::string listing = "<ListBucketResult><Contents><Key>" + path_of(3) + "</Key><Size>" +
                              std::to_string(content_of(3).size()) +
                              "</Size><ETag>3</ETag></Contents></ListBucketResult>";
  server_.set_fault([&](const ArchiveRequest& request) -> std::optional<ArchiveReply> {
    if (request.target.starts_with("/?") && request.target.contains("/daily/")) return ArchiveReply{.body = listing};
    if (request.target.contains("2026-01-07"))
      return ArchiveReply{.status = 403};  // a bucket that does not say what lacks
    return std::nullopt;
  });
  request_.from.reset();
  request_.to = day(2026, 1, 9);
  set_today(day(2026, 1, 8));
  const auto report = run();
  ASSERT_TRUE(report) << report.error().message;
  const SeriesReport& series = report->series.front();
  EXPECT_EQ(report->count(FileState::kFetched), 3U);
  EXPECT_EQ(read_file(local(path_of(5))), content_of(5));
  EXPECT_THAT(series.problems, IsEmpty());
  EXPECT_EQ(report->retries, 0U);
  EXPECT_THAT(series.missing, IsEmpty());
  EXPECT_EQ(series.unpublished_from, day(2026, 1, 6));
  EXPECT_EQ(series.unpublished, 3);
  EXPECT_THAT(warnings_, IsEmpty());
  request_.to.reset();
  EXPECT_EQ(run()->series.front().unpublished, 0);
  set_today(day(2026, 1, 12));  // such a listing has an end that is one
  EXPECT_EQ(run()->series.front().files.size(), 1U);
}

TEST_F(DownloadTest, FetchesWhatWasPublishedAnewAndNothingElse) {
  publish_days();
  ASSERT_TRUE(run());
  const std::uint64_t before = server_.body_bytes();
  server_.publish(path_of(2), content_of(22));
  server_.publish(path_of(3), content_of(3));  // listed anew, the same bytes
  const auto report = run();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->count(FileState::kRepublished), 1U);
  EXPECT_EQ(report->count(FileState::kUnchanged), 4U);
  EXPECT_EQ(read_file(local(path_of(2))), content_of(22));
  EXPECT_LT(server_.body_bytes() - before, content_of(22).size() + 20'000);
}

// Between the file's name and its checksum a kill left it without: it was fetched again.
TEST_F(DownloadTest, FetchesNothingWhoseChecksumIsNotBesideIt) {
  publish_days();
  ASSERT_TRUE(run());
  for (const char* const ending : {".CHECKSUM", ".version"}) std::filesystem::remove(local(path_of(2)) + ending);
  std::filesystem::remove(local(path_of(3)) + ".version");
  const auto bodies = [this] {
    return server_.requests().at("/" + path_of(2)) + server_.requests().at("/" + path_of(3));
  };
  const std::size_t before = bodies();
  EXPECT_EQ(run()->count(FileState::kUnchanged), 5U);
  EXPECT_EQ(bodies(), before);
  EXPECT_TRUE(std::filesystem::exists(local(path_of(2)) + ".version"));
}

// A month that is listed and not to be had was neither fetched nor missing.
TEST_F(DownloadTest, CallsTheDaysMissingOfAMonthThatIsNotToBeHad) {
  const std::string month = "data/spot/monthly/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2026-02.zip";
  server_.publish(month, "february");
  server_.set_fault([&](const ArchiveRequest& request) -> std::optional<ArchiveReply> {
    if (request.target.starts_with("/" + month)) return ArchiveReply{.status = 404};
    return std::nullopt;
  });
  request_.from = day(2026, 2, 1);
  request_.to = day(2026, 3, 1);
  const auto report = run();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->series.front().missing.size(), 28U);
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("2026-02.zip is listed, and not to be had")));
}

TEST_F(DownloadTest, IsOneAtATime) {
  const auto lock = lock_archive(real_file_ops(), dir_.string());
  ASSERT_TRUE(lock);
  publish_days();
  const auto report = run();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kStorage);
  EXPECT_THAT(report.error().message, HasSubstr("another download writes there: wait for its end"));
}

// Folders that a mirror listed became folders of ours, wherever that was.
TEST_F(DownloadTest, TakesNoSymbolThatLeadsElsewhere) {
  request_ = {.data_set = "klines", .symbols = {"*"}, .interval = "1d"};
  server_.publish("data/spot/monthly/klines/BTCUSDT/1d/BTCUSDT-1d-2026-01.zip", "fine");
  server_.publish("data/spot/monthly/klines/ETHUSDT/1h/ETHUSDT-1h-2026-01.zip", "of another interval");
  server_.set_fault([](const ArchiveRequest& request) -> std::optional<ArchiveReply> {
    if (request.target != "/?delimiter=/&prefix=data/spot/daily/klines/") return std::nullopt;
    return ArchiveReply{.body =
                            "<ListBucketResult><CommonPrefixes><Prefix>data/spot/daily/klines/../../../../x/</Prefix>"
                            "</CommonPrefixes><CommonPrefixes><Prefix>data/spot/daily/klines/</Prefix>"
                            "</CommonPrefixes></ListBucketResult>"};
  });
  const auto report = run();
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->series.size(), 1U);
  EXPECT_EQ(report->series.front().series.symbol, "BTCUSDT");
  EXPECT_THAT(warnings_, ElementsAre("the archive has no klines 1d of ETHUSDT in market spot"));
  request_.symbols = {"../x"};
  EXPECT_THAT(run().error().message, "'../x' is no symbol");
}

// Cut off again and again, as by a kill: each time what has come stays, and no byte comes twice.
TEST_F(DownloadTest, GoesOnWhereItWasStopped) {
  publish_days();
  std::map<std::string, std::vector<std::uint64_t>> offsets;
  server_.set_fault([&](const ArchiveRequest& request) -> std::optional<ArchiveReply> {
    if (!request.target.starts_with("/data/") || !request.target.ends_with(".zip")) return std::nullopt;
    offsets[request.target].push_back(request.offset);
    const int date = request.target[request.target.size() - 5] - '0';
    // By what has come, not by how often it was asked: a slow machine may be stopped before a first byte came.
    const bool is_cut = request.offset < 60'000;
    return ArchiveReply{.status = request.offset > 0 ? 206 : 200,
                        .body = content_of(date),
                        .cut_after = is_cut ? std::optional<std::size_t>(20'000) : std::nullopt};
  });
  int stops = 0;
  for (int limit = 6; limit < 40; limit += 2) {
    int ticks = 0;
    stop_ = [&] { return ++ticks > limit; };
    const auto report = run();
    if (report) break;
    ++stops;
    ASSERT_EQ(report.error().code, ErrorCode::kCancelled) << report.error().message;
  }
  EXPECT_GT(stops, 1);
  stop_ = nullptr;
  ASSERT_TRUE(run());
  expect_all_there();
  EXPECT_EQ(offsets.size(), 5U);
  for (const auto& [target, asked] : offsets) {
    EXPECT_TRUE(std::ranges::is_sorted(asked)) << target;
    EXPECT_GE(asked.back(), 60'000U) << target;
  }
}

TEST_F(DownloadTest, MeansThePatternsSymbols) {
  for (const char* const symbol : {"BTCUSDT", "ETHUSDT", "ETHBTC", "币安人生USDT"}) {
    server_.publish(std::string("data/spot/monthly/klines/") + symbol + "/1d/" + symbol + "-1d-2026-01.zip", symbol);
  }
  request_ = {.data_set = "klines", .symbols = {"*USDT", "ETHUSDT"}, .interval = "1d"};
  const auto report = run();
  ASSERT_TRUE(report) << report.error().message;
  std::vector<std::string> symbols;
  for (const SeriesReport& series : report->series) symbols.push_back(series.series.symbol);
  EXPECT_THAT(symbols, ElementsAre("BTCUSDT", "ETHUSDT", "币安人生USDT"));
  EXPECT_EQ(report->count(FileState::kFetched), 3U);
  request_.symbols = {"DOGE*"};
  EXPECT_THAT(run().error().message, HasSubstr("'DOGE*' means none of the 4 symbols"));
  request_.symbols = {"DOGEUSDT"};
  EXPECT_THAT(run().error().message, HasSubstr("the archive has no klines 1d of DOGEUSDT"));
}

// A mirror that serves files and no listing.
TEST_F(DownloadTest, AsksForEveryFileWhereNothingIsListed) {
  publish_days();
  const std::string month = "data/spot/monthly/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2025-12.zip";
  server_.publish(month, "december");
  server_.set_fault([&](const ArchiveRequest& request) -> std::optional<ArchiveReply> {
    if (request.target.starts_with("/?")) return ArchiveReply{.status = 403};
    return std::nullopt;
  });
  request_.from = day(2025, 12, 1);
  request_.to = day(2026, 2, 1);  // January has no file of the month
  const auto report = run();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("does not list what it has")));
  EXPECT_EQ(read_file(local(month)), "december");
  expect_all_there();
  EXPECT_EQ(report->series.front().missing.size(), 26U);
  request_.from.reset();
  EXPECT_THAT(run().error().message, HasSubstr("name the days with --from and --to"));
}

// One whose root is a page for people: it was asked five times, and then nothing was fetched.
TEST_F(DownloadTest, TakesAPageOfHtmlForNoListingAtOnce) {
  publish_days();
  server_.set_fault([](const ArchiveRequest& request) -> std::optional<ArchiveReply> {
    if (!request.target.starts_with("/?")) return std::nullopt;
    return ArchiveReply{.body = "<!DOCTYPE html>\n<html><body>A mirror<br></body></html>"};
  });
  const auto report = run();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("does not list what it has")));
  expect_all_there();
  for (const auto& [target, times] : server_.requests()) EXPECT_EQ(times, 1U) << target;
  request_.symbols = {"BTC*"};
  EXPECT_THAT(run().error().message, ::testing::EndsWith("it has a document type): name each symbol"));
}

TEST(ArchiveAddress, ListsTheExchangesOwnFilesElsewhereHoweverItIsWritten) {
  for (const char* const url : {"https://data.binance.vision", "https://data.binance.vision/"}) {
    EXPECT_EQ(address_at(url).files, ArchiveAddress{}.files);
    EXPECT_EQ(address_at(url).listing, ArchiveAddress{}.listing);
  }
  EXPECT_EQ(address_at("https://mirror.example/binance/").files, "https://mirror.example/binance");
  EXPECT_EQ(address_at("https://mirror.example/binance/").listing, "https://mirror.example/binance");
}

TEST_F(DownloadTest, TakesNoMoreThanIsListed) {
  publish_days();
  server_.set_fault([&](const ArchiveRequest& request) -> std::optional<ArchiveReply> {
    if (request.target != "/" + path_of(1)) return std::nullopt;
    return ArchiveReply{.body = content_of(1) + std::string(5'000'000, 'x')};
  });
  const auto report = run();
  ASSERT_TRUE(report);
  EXPECT_THAT(report->series.front().problems, ElementsAre(HasSubstr("it sends more than the")));
  EXPECT_EQ(report->count(FileState::kFetched), 4U);
}

TEST_F(DownloadTest, EndsWhereTheDiskTakesNothing) {
  publish_days();
  std::ofstream(dir_ / "archive") << "a file";
  const auto report = run();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kStorage);
}

}  // namespace
}  // namespace acts::history::archive
