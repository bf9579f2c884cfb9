// What verify says of the manifests themselves; of rows: quality/, import/.
#include "history/catalog/verify.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "history/import/importer_fixture.hpp"

namespace acts::history {
namespace {

namespace fs = std::filesystem;

using test::candles;
using test::Catalog;
using test::kSpotMarket;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Verify, NamesAManifestThatHasAnothersName) {
  Catalog catalog;
  const auto done = catalog.import(catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 24)), kSpotMarket);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
  const std::string& id = done->manifest.id;
  const std::string other = "00000000000000ff";
  fs::rename(catalog.paths().manifest(id), catalog.paths().manifest(other));
  const CatalogCheck check = catalog.verify();
  EXPECT_THAT(check.problems,
              ElementsAre(fmt::format("_manifests/{}.json: it is that of {}: give it that name, or remove it where "
                                      "there is one of that name",
                                      other, id)));
  EXPECT_EQ(check.rows, 24U);  // which it tells all the same
}

}  // namespace
}  // namespace acts::history
