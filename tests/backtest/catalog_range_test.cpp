#include "backtest/catalog_range.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "acts/base/time.hpp"

namespace acts::backtest {
namespace {

using ::testing::ElementsAre;

// "BEGIN END", as dates.
std::vector<std::string> spans_of_days(const std::vector<std::int64_t>& days) {
  history::StoredFiles files;
  for (const std::int64_t day : days) {
    history::CatalogFile file;
    file.set.kind = history::find_kind("trades");
    file.day = day;
    file.digest = std::string(64, '0');
    files.add(file);
  }
  std::vector<std::string> texts;
  const CatalogRange range("", std::nullopt, std::move(files));
  for (const CatalogRange::Span& span : range.spans()) {
    texts.push_back(to_iso8601(span.begin).substr(0, 10) + " " + to_iso8601(span.end).substr(0, 10));
  }
  return texts;
}

TEST(CatalogRange, HasADayOnBothSidesOfItsFiles) {
  EXPECT_THAT(spans_of_days({10}), ElementsAre("1970-01-10 1970-01-13"));
  EXPECT_THAT(spans_of_days({15, 10}), ElementsAre("1970-01-10 1970-01-18")) << "in whatever order";
}

TEST(CatalogRange, IsCutIntoSpansOfEightDaysWithoutAGapOrADouble) {
  EXPECT_THAT(spans_of_days({10, 11, 12, 13, 14, 15, 16}),
              ElementsAre("1970-01-10 1970-01-18", "1970-01-18 1970-01-19"))
      << "what the last file has may have been received on the day behind it";
  EXPECT_THAT(spans_of_days({10, 17, 18}), ElementsAre("1970-01-10 1970-01-18", "1970-01-18 1970-01-21"));
}

TEST(CatalogRange, LeavesOutSpansWithoutAnyFile) {
  EXPECT_THAT(spans_of_days({10, 40}),
              ElementsAre("1970-01-10 1970-01-18", "1970-02-03 1970-02-11", "1970-02-11 1970-02-12"));
}

}  // namespace
}  // namespace acts::backtest
