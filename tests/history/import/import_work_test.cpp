// How much work an import is, by the allocations that it makes: not by time, which a busy machine lengthens.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "history/import/importer_fixture.hpp"
#include "recording/whole_file.hpp"

namespace {

std::atomic<std::uint64_t> allocations{0};

void* allocate(std::size_t size) {
  ++allocations;
  // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): this is what counts them
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// Not inlined: g++ would take the two of a pair for ones that do not match.
[[gnu::noinline]] void* operator new(std::size_t size) { return allocate(size); }
// NOLINTBEGIN(cppcoreguidelines-no-malloc)
[[gnu::noinline]] void operator delete(void* place) noexcept { std::free(place); }
[[gnu::noinline]] void operator delete(void* place, std::size_t /*size*/) noexcept { std::free(place); }
// NOLINTEND(cppcoreguidelines-no-malloc)

namespace acts::history {
namespace {

using test::Catalog;

constexpr int kSourcesBefore = 5000;

// Sources of another symbol, a day each, of which every tenth replaced the file of the one before.
void enter_many(const CatalogPaths& paths) {
  std::filesystem::create_directories(paths.manifests());
  for (int i = 0; i < kSourcesBefore; ++i) {
    const std::string digest = sha256_of(fmt::format("rows {}", i));
    Manifest manifest{.id = digest.substr(0, 16), .code = "acts test", .engine = "none"};
    manifest.source_name = fmt::format("Y-1h-{}.csv", i);
    manifest.source_sha256 = digest;
    const std::int64_t begin = std::int64_t{i - static_cast<int>(i % 10 == 1)} * 86'400'000'000;
    CatalogFile file{.set = {.kind = find_kind("klines"),
                             .venue = "binance-spot",
                             .symbol = "YUSDT",
                             .interval = "1h",
                             .origin = "archive"},
                     .day = day_of(begin)};
    file.digest = digest;
    file.sha256 = digest;
    file.rows = 1;
    file.first_time = file.last_time = file.first_key = file.last_key = begin;
    if (i % 10 == 1) {
      CatalogFile before = file;
      before.digest = sha256_of(fmt::format("rows {}", i - 1));
      manifest.replaced.push_back(before.path());
    }
    manifest.files.push_back(std::move(file));
    ASSERT_TRUE(write_whole_file(real_file_ops(), paths.manifest(manifest.id), to_json(manifest).value()));
  }
}

// Of the second of two files: what DuckDB does once is done by then.
std::uint64_t allocations_of_an_import(Catalog& catalog) {
  auto importer = Importer::open(real_file_ops(), catalog.dir.string());
  EXPECT_TRUE(importer) << importer.error().message;
  std::uint64_t before = 0;
  for (int day = 0; day < 2; ++day) {
    const std::string path =
        catalog.dir.write(fmt::format("X-1h-2021-01-0{}.csv", day + 1), test::candles(day * 24, 24));
    before = allocations;
    const auto done = importer->import_file(
        {.path = path, .hints = test::market("binance-spot"), .max_bad_rows = 0, .code = "acts test"});
    EXPECT_TRUE(done) << done.error().message;
  }
  return allocations - before;
}

// Every source was looked at for each, and all files were sorted anew: with the square of their number.
TEST(ImportWork, DoesNotGrowWithTheSourcesThatAreThere) {
  Catalog empty;
  const std::uint64_t alone = allocations_of_an_import(empty);
  Catalog large;
  enter_many(large.paths());
  const std::uint64_t among_many = allocations_of_an_import(large);
  ASSERT_EQ(read_manifests(real_file_ops(), large.paths()).value().size(), kSourcesBefore + 2U);
  // A step a source would be 5,000 more, one a hash table that grows a few.
  EXPECT_LT(among_many, alone + kSourcesBefore / 10);
  EXPECT_GT(alone, 100U);
}

}  // namespace
}  // namespace acts::history
