#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "history/archive/archive_layout.hpp"
#include "history/archive/bucket_listing.hpp"
#include "history/archive/download_plan.hpp"

namespace acts::history::archive {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Day day(int year, unsigned month, unsigned date) {
  return sys_days{std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(date)};
}

const Series kHourly{Market::kSpot, "klines", "BTCUSDT", "1h"};

TEST(ArchiveLayout, NamesFilesAsTheArchiveDoes) {
  EXPECT_EQ(directory_of(kHourly, Span::kDay), "data/spot/daily/klines/BTCUSDT/1h/");
  EXPECT_EQ(file_name(kHourly, Span::kDay, day(2026, 5, 8)), "BTCUSDT-1h-2026-05-08.zip");
  const Series trades{Market::kCoinm, "aggTrades", "BTCUSD_PERP"};
  EXPECT_EQ(directory_of(trades, Span::kMonth), "data/futures/cm/monthly/aggTrades/BTCUSD_PERP/");
  EXPECT_EQ(file_name(trades, Span::kMonth, day(2026, 5, 1)), "BTCUSD_PERP-aggTrades-2026-05.zip");
}

TEST(ArchiveLayout, ReadsTheDayOfAFileNameAndOfNoOther) {
  EXPECT_EQ(first_day_of(kHourly, Span::kDay, "BTCUSDT-1h-2024-02-29.zip"), day(2024, 2, 29));
  EXPECT_EQ(first_day_of(kHourly, Span::kMonth, "BTCUSDT-1h-2024-02.zip"), day(2024, 2, 1));
  for (const char* const name :
       {"BTCUSDT-1h-2023-02-29.zip", "BTCUSDT-1h-2024-02.zip", "BTCUSDT-1h-2024-02-29.zip.CHECKSUM",
        "BTCUSDT-1m-2024-02-29.zip", "BTCUSDT-1h-2024-2-29.zip", "BTCUSDT-1h-+024-02-29.zip", "BTCUSDT-1h-.zip", ""}) {
    EXPECT_FALSE(first_day_of(kHourly, Span::kDay, name)) << name;
  }
}

TEST(ArchiveLayout, KnowsWhatThereIs) {
  EXPECT_TRUE(check_series(kHourly));
  EXPECT_TRUE(check_series({Market::kUsdm, "fundingRate", "BTCUSDT"}));
  const auto problem = [](const Series& series) { return check_series(series).error().message; };
  EXPECT_THAT(problem({Market::kSpot, "fundingRate", "BTCUSDT"}), "the archive has no fundingRate of market spot");
  EXPECT_THAT(problem({Market::kSpot, "klines", "BTCUSDT"}), HasSubstr("klines have no interval ''"));
  EXPECT_THAT(problem({Market::kUsdm, "klines", "BTCUSDT", "1s"}), HasSubstr("1s of spot alone"));
  EXPECT_THAT(problem({Market::kUsdm, "trades", "BTCUSDT", "1m"}), "trades have no interval");
  EXPECT_THAT(problem({Market::kUsdm, "candles", "BTCUSDT"}), HasSubstr("there is klines, aggTrades,"));
  EXPECT_FALSE(has_span({Market::kUsdm, "metrics", "BTCUSDT"}, Span::kMonth));
  EXPECT_FALSE(has_span({Market::kSpot, "klines", "BTCUSDT", "1w"}, Span::kDay));
  EXPECT_EQ(archive_interval("1M"), "1mo");
}

PublishedFiles files(std::initializer_list<Day> months, std::initializer_list<Day> days) {
  PublishedFiles result;
  for (const Day first : months) result.months[first] = {1, "v"};
  for (const Day first : days) result.days[first] = {1, "v"};
  return result;
}

constexpr Day kToCome = day(2023, 1, 5);

std::vector<std::string> names(const DownloadPlan& plan) {
  std::vector<std::string> result;
  for (const PlannedFile& file : plan.files) result.push_back(file_name(kHourly, file.span, file.first).substr(11));
  return result;
}

TEST(DownloadPlan, TakesWholeMonthsAndDaysForTheRest) {
  const auto there = files({day(2023, 1, 1), day(2023, 2, 1)}, {day(2023, 1, 1), day(2023, 1, 30), day(2023, 1, 31),
                                                                day(2023, 2, 1), day(2023, 3, 1), day(2023, 3, 2)});
  EXPECT_THAT(names(plan_download(there, day(2023, 1, 30), day(2023, 3, 2), kToCome)),
              ElementsAre("2023-01-30.zip", "2023-01-31.zip", "2023-02.zip", "2023-03-01.zip"));
  EXPECT_THAT(names(plan_download(there, std::nullopt, std::nullopt, kToCome)),
              ElementsAre("2023-01.zip", "2023-02.zip", "2023-03-01.zip", "2023-03-02.zip"));
}

TEST(DownloadPlan, TakesTheMonthOfADayThatIsNotThereByItself) {
  const auto there = files({day(2023, 1, 1)}, {day(2023, 1, 10), day(2023, 1, 12)});
  const auto plan = plan_download(there, day(2023, 1, 10), day(2023, 1, 13), kToCome);
  EXPECT_THAT(names(plan), ElementsAre("2023-01.zip"));
  EXPECT_THAT(plan.missing, IsEmpty());
}

TEST(DownloadPlan, NamesDaysThatAreMissingInBetweenAndCountsThoseToCome) {
  const auto there = files({}, {day(2023, 1, 1), day(2023, 1, 4)});
  const auto plan = plan_download(there, day(2022, 12, 1), day(2023, 1, 8), kToCome);
  EXPECT_THAT(names(plan), ElementsAre("2023-01-01.zip", "2023-01-04.zip"));
  EXPECT_THAT(plan.missing, ElementsAre(day(2023, 1, 2), day(2023, 1, 3)));
  EXPECT_EQ(plan.unpublished_from, day(2023, 1, 5));
  EXPECT_EQ(plan.unpublished, 3);
  const auto later = plan_download(there, day(2023, 2, 1), day(2023, 2, 3), kToCome);
  EXPECT_THAT(later.files, IsEmpty());
  EXPECT_EQ(later.unpublished, 2);
}

TEST(DownloadPlan, SaysWhereTheSeriesBeginsAndCountsTheDaysBefore) {
  const auto there = files({}, {day(2020, 1, 1), day(2020, 1, 2)});
  const auto before = plan_download(there, day(2019, 12, 28), day(2019, 12, 31), day(2026, 1, 1));
  EXPECT_THAT(before.files, IsEmpty());
  EXPECT_EQ(before.begin, day(2020, 1, 1));
  EXPECT_EQ(before.before_begin, 3);
  EXPECT_EQ(plan_download(there, day(2019, 12, 28), day(2020, 1, 3), day(2026, 1, 1)).before_begin, 4);
  EXPECT_EQ(plan_download(there, day(2019, 12, 28), std::nullopt, day(2026, 1, 1)).before_begin, 4);
  const auto inside = plan_download(there, day(2020, 1, 1), day(2020, 1, 3), day(2026, 1, 1));
  EXPECT_FALSE(inside.begin);
  EXPECT_EQ(inside.before_begin, 0);
}

TEST(DownloadPlan, CallsDaysMissingThatWillNotComeAnyMore) {
  const auto there = files({}, {day(2020, 1, 1), day(2020, 1, 2)});
  const auto old = plan_download(there, day(2022, 12, 28), day(2023, 1, 3), day(2026, 1, 1));
  EXPECT_EQ(old.missing.size(), 6U);
  EXPECT_EQ(old.unpublished, 0);
  EXPECT_FALSE(old.unpublished_from);
  const auto both = plan_download(there, std::nullopt, day(2020, 1, 7), day(2020, 1, 4));
  EXPECT_THAT(both.missing, ElementsAre(day(2020, 1, 3)));
  EXPECT_EQ(both.unpublished_from, day(2020, 1, 4));
  EXPECT_EQ(both.unpublished, 3);
}

TEST(DownloadPlan, AsksForWantedDaysBehindAnOldListing) {
  const auto there = files({}, {day(2023, 1, 1), day(2023, 1, 2)});
  const auto asked = [&](std::optional<Day> from, std::optional<Day> to, Day today) {
    auto plan = plan_download(there, from, to, today - std::chrono::days{3});
    ask_behind_listing(plan, there, from, to, today);
    return plan;
  };
  const auto all = asked(day(2023, 1, 2), std::nullopt, day(2023, 1, 5));
  EXPECT_THAT(names(all), ElementsAre("2023-01-02.zip", "2023-01-03.zip", "2023-01-04.zip"));
  EXPECT_FALSE(all.files.front().is_guess);
  EXPECT_TRUE(all.files.back().is_guess);
  const auto part = asked(day(2023, 1, 4), day(2023, 1, 8), day(2023, 1, 6));
  EXPECT_THAT(names(part), ElementsAre("2023-01-04.zip", "2023-01-05.zip"));
  EXPECT_EQ(part.unpublished_from, day(2023, 1, 6));
  EXPECT_EQ(part.unpublished, 2);
  EXPECT_THAT(names(asked(day(2023, 1, 2), day(2023, 1, 2), day(2023, 1, 5))), IsEmpty());
  EXPECT_THAT(names(asked(day(2023, 1, 2), std::nullopt, day(2023, 1, 11))), ElementsAre("2023-01-02.zip"));
}

TEST(DownloadPlan, WaitsSomeDaysForADaysFileAndAMonthForAMonths) {
  EXPECT_EQ(first_day_to_come(kHourly, day(2026, 3, 2)), day(2026, 2, 27));
  EXPECT_EQ(first_day_to_come({Market::kUsdm, "fundingRate", "BTCUSDT"}, day(2026, 1, 15)), day(2025, 12, 1));
}

TEST(DownloadPlan, TakesTheFirstMonthWholeThoughTheSymbolIsYounger) {
  const auto there = files({day(2023, 1, 1)}, {day(2023, 1, 30), day(2023, 1, 31)});
  EXPECT_THAT(names(plan_download(there, day(2022, 1, 1), day(2023, 2, 1), kToCome)), ElementsAre("2023-01.zip"));
  EXPECT_THAT(names(plan_download(there, day(2023, 1, 31), day(2023, 2, 1), kToCome)), ElementsAre("2023-01-31.zip"));
}

TEST(DownloadPlan, TakesOfAListingTheFilesOfTheSeriesAlone) {
  PublishedFiles there;
  add_listed(there, kHourly, Span::kDay,
             {{"data/spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2023-01-31.zip", 7, "v"},
              {"data/spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2023-01-31.zip.CHECKSUM", 7, "v"},
              {"data/spot/daily/klines/ETHUSDT/1h/BTCUSDT-1h-2023-01-30.zip", 7, "v"},
              {"data/spot/daily/klines/BTCUSDT/1h/../BTCUSDT-1h-2023-01-29.zip", 7, "v"}});
  ASSERT_EQ(there.days.size(), 1U);
  EXPECT_EQ(there.days.begin()->second.bytes, 7U);
}

TEST(BucketListing, ReadsAPage) {
  const auto page = parse_listing(
      "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>"
      "<Prefix>data/</Prefix><NextMarker>data/b&amp;/</NextMarker><IsTruncated>true</IsTruncated><Contents>"
      "<Key>data/a.zip</Key><LastModified>2026</LastModified><ETag>&quot;e&quot;</ETag><Size>12</Size><Owner><ID>x</ID>"
      "</Owner></Contents><CommonPrefixes><Prefix>data/b&amp;/</Prefix></CommonPrefixes></ListBucketResult>",
      "data/");
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_THAT(page->objects, ElementsAre(ListedObject{"data/a.zip", 12, "\"e\" 2026"}));
  EXPECT_THAT(page->folders, ElementsAre("data/b&/"));
  EXPECT_EQ(page->next_marker, "data/b&/");
  EXPECT_EQ(listing_query("data/币/", "data/b&/"), "?delimiter=/&prefix=data/%E5%B8%81/&marker=data/b%26/");
}

TEST(BucketListing, GoesOnBehindTheLastKeyWhereNoMarkerIsGiven) {
  const auto page = parse_listing(
      "<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>a/1</Key></Contents>"
      "<Contents><Key>a/2</Key></Contents></ListBucketResult>",
      "a/");
  EXPECT_EQ(page.value().next_marker, "a/2");
}

TEST(BucketListing, RefusesWhatIsNone) {
  const auto problem = [](std::string_view xml) { return parse_listing(xml, "a/").error().message; };
  EXPECT_THAT(problem(""), HasSubstr("no element found"));
  EXPECT_THAT(problem("<html></html>"), HasSubstr("it is no ListBucketResult"));
  EXPECT_THAT(problem("<ListBucketResult>"), HasSubstr("no element found"));
  EXPECT_THAT(problem("<!DOCTYPE a [<!ENTITY b \"c\">]><ListBucketResult>&b;</ListBucketResult>"),
              HasSubstr("it has a document type"));
  EXPECT_THAT(problem("<ListBucketResult><Contents><Key>../etc</Key></Contents></ListBucketResult>"),
              HasSubstr("it lists what was not asked for"));
  EXPECT_THAT(problem("<ListBucketResult><Contents><Size>-1</Size></Contents></ListBucketResult>"),
              HasSubstr("'-1' is no size"));
  EXPECT_THAT(problem("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"),
              HasSubstr("it goes on, and does not say where"));
  EXPECT_THAT(problem("<ListBucketResult><a><b><c><d><e/></d></c></b></a></ListBucketResult>"),
              HasSubstr("it is nested too deep"));
  EXPECT_THAT(problem(std::string(kMostListingBytes + 1, ' ')), HasSubstr("more than 4194304"));
}

}  // namespace
}  // namespace acts::history::archive
