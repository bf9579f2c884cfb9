// However large a file is, what reads it stays below a gibibyte: 20 GB of trades, as they come and out of order. By
// night; ACTS_LARGE_BYTES makes it less.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "history/engine/parquet_writer.hpp"
#include "history/import/csv_reader.hpp"
#include "history/import/row_pass.hpp"
#include "history/import/sorted_file.hpp"
#include "recording/temp_dir.hpp"

namespace acts::history {
namespace {

constexpr std::int64_t kMegabyte = 1'000'000;

std::uint64_t bytes_to_read() {
  std::uint64_t bytes = std::uint64_t{20'000} * kMegabyte;
  if (const char* const told = std::getenv("ACTS_LARGE_BYTES")) {
    std::from_chars(told, told + std::strlen(told), bytes);
  }
  return bytes;
}

std::int64_t peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024 / kMegabyte;
}

// Aggregated trades, some 15 a millisecond of time; of two neighbours now and then the second first.
class Trades final : public ByteSource {
 public:
  Trades(std::uint64_t bytes, bool is_sorted) : left_(bytes), is_sorted_(is_sorted) {}

  Result<std::size_t> read(std::span<char> out) override {
    if (at_ == text_.size()) {
      text_.clear();
      at_ = 0;
      while (left_ > 0 && text_.size() < (std::size_t{1} << 20)) add();
    }
    const std::size_t count = std::min(out.size(), text_.size() - at_);
    std::copy_n(text_.data() + at_, count, out.data());
    at_ += count;
    return count;
  }
  [[nodiscard]] std::int64_t rows() const { return next_; }

 private:
  void add() {
    const std::size_t before = text_.size();
    const bool is_swapped = !is_sorted_ && next_ % 1000 == 999;
    line(is_swapped ? next_ + 1 : next_);
    if (is_swapped) line(next_);
    next_ += is_swapped ? 2 : 1;
    left_ -= std::min<std::uint64_t>(left_, text_.size() - before);
  }
  void line(std::int64_t id) {
    fmt::format_to(std::back_inserter(text_), "{},{}.{:02},0.{:03},{},{},{},{}\n", id, 42'000 + id * 7919 % 700,
                   id % 100, 1 + id * 31 % 999, 2 * id, 2 * id + 1, 1'704'067'200'000 + id / 15,
                   id % 3 == 0 ? "true" : "false");
  }

  std::uint64_t left_;
  bool is_sorted_;
  std::int64_t next_ = 0;
  std::string text_;
  std::size_t at_ = 0;
};

// Every day into a file that goes again.
std::uint64_t write_all(RowPass& pass, const DataSet& set, Duck& duck, const std::string& path) {
  std::uint64_t rows = 0;
  for (;;) {
    const auto day = pass.next_day();
    EXPECT_TRUE(day) << day.error().message;
    EXPECT_FALSE(pass.needs_wide());
    if (!day || !*day) return rows;
    const auto file = write_parquet(duck, {.set = set, .day = **day}, pass, path);
    EXPECT_TRUE(file) << file.error().message;
    if (!file) return rows;
    rows += file->rows;
    std::filesystem::remove(path);
  }
}

class LargeInput : public ::testing::TestWithParam<bool> {};

TEST_P(LargeInput, StaysBelowAGibibyte) {
  const bool is_sorted = GetParam();
  const acts::testing::TempDir dir;
  const DataSet set{.kind = find_kind("agg_trades"), .venue = "binance-usdm", .symbol = "BTCUSDT", .interval = ""};
  const auto duck = Duck::open({.temp_directory = ""}).value();
  auto trades = std::make_unique<Trades>(bytes_to_read(), is_sorted);
  const Trades& source = *trades;
  auto reader = read_archive_csv(std::move(trades), *set.kind, set.symbol);
  std::optional<SortedFile> sorted;
  if (!is_sorted) {
    RejectList rejects;
    auto made = SortedFile::make(*duck, *reader, *set.kind, dir.string(), rejects, 0);
    ASSERT_TRUE(made) << made.error().message;
    sorted.emplace(*std::move(made));
  }
  const auto rows = static_cast<std::uint64_t>(source.rows());
  if (sorted) {
    auto again = sorted->open();
    ASSERT_TRUE(again) << again.error().message;
    reader = *std::move(again);
  }
  RowPass pass(std::move(reader), *set.kind, "", {.is_sorted = !is_sorted});
  const std::uint64_t written = write_all(pass, set, *duck, dir / "day.parquet");
  EXPECT_EQ(written, is_sorted ? pass.facts().rows : rows);
  EXPECT_EQ(pass.facts().gaps, 0U);
  EXPECT_GT(written, bytes_to_read() / 100);
  EXPECT_LT(peak_megabytes(), 1'073);
  RecordProperty("peak_megabytes", static_cast<int>(peak_megabytes()));
}

INSTANTIATE_TEST_SUITE_P(Orders, LargeInput, ::testing::Values(true, false));

}  // namespace
}  // namespace acts::history
