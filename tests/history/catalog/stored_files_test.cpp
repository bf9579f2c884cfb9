#include "history/catalog/stored_files.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace acts::history {
namespace {

CatalogFile file_of(const std::string& symbol, std::int64_t day, const std::string& digits, std::uint64_t generation) {
  return {.set = {.kind = find_kind("klines"), .venue = "binance-usdm", .symbol = symbol, .interval = "1m"},
          .day = day,
          .form = day % 2 == 0 ? DecimalForm::kWide : DecimalForm::kNarrow,
          .digest = digits + std::string(64 - digits.size(), 'e'),
          .generation = generation};
}

// The digits begin with noughts, have all that fit, and are of a file that came back.
std::vector<CatalogFile> some_files() {
  return {file_of("BTCUSDT", 19'675, "000000000000000f", 0), file_of("BTCUSDT", 19'676, "ffffffffffffffff", 0),
          file_of("币安人生USDT", 19'675, "8000000000000000", 3), file_of("BTCUSDT", 19'677, "0123456789abcdef", 12)};
}

TEST(StoredFiles, AreWhereTheCatalogHasThem) {
  const std::vector<CatalogFile> files = some_files();
  const StoredFiles stored(files);
  ASSERT_EQ(stored.size(), files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(stored.path(i), files[i].path());
    EXPECT_EQ(stored.set(i), files[i].set);
    EXPECT_EQ(stored.day(i), files[i].day);
    EXPECT_EQ(stored.form(i), files[i].form);
    EXPECT_EQ(stored.column_count(i), files[i].column_count());
  }
  EXPECT_TRUE(stored.path(3).ends_with("/0123456789abcdef-12.parquet")) << stored.path(3);
}

TEST(StoredFiles, HaveThoseOfSomeDaysInTheSameOrder) {
  const std::vector<CatalogFile> files = some_files();
  const StoredFiles some = StoredFiles(files).between(19'675, 19'677);
  ASSERT_EQ(some.size(), 3U);
  for (std::size_t i = 0; i < some.size(); ++i) EXPECT_EQ(some.path(i), files[i].path());
  EXPECT_EQ(StoredFiles(files).between(19'678, 20'000).size(), 0U);
}

}  // namespace
}  // namespace acts::history
