// Imports of every kind, killed at random moments: the catalog is sound at once, and the same imports again give the
// bytes of undisturbed ones.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "cli/program.hpp"
#include "recording/temp_dir.hpp"
#include "support/rounds.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using acts::test::testdata;
using acts::testing::TempDir;
using ::testing::HasSubstr;
using Words = std::vector<std::string>;

constexpr unsigned kKills = 30 / acts::test::kFewerBy;
constexpr std::uint64_t kSeed = 20'210'211;

// In memory where there is such a place: a kill takes nothing that was written, synced or not.
std::filesystem::path memory_place() {
  const std::filesystem::path memory = "/dev/shm";
  return std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
}

std::map<std::string, std::string> catalog_of(const TempDir& dir) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir / "catalog")) {
    const std::string path = entry.path().lexically_relative(dir / "catalog").generic_string();
    if (entry.is_regular_file() && !path.ends_with(".lock")) files[path] = acts::testing::read_file(entry.path());
  }
  return files;
}

std::string shuffled_hours(int first, int hours, std::string_view close, std::mt19937_64& random) {
  std::vector<std::string> lines;
  for (int i = first; i < first + hours; ++i) {
    const std::int64_t open = 1'609'459'200'000 + std::int64_t{i} * 3'600'000;
    lines.push_back(fmt::format("{},1.5,9.0,1.0,{},10.5,{},100,7,5,50,0\n", open, close, open + 3'599'999));
  }
  std::ranges::shuffle(lines, random);
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

// One import after the other, as a user types them.
class Imports {
 public:
  explicit Imports(std::mt19937_64& random) {
    // Sorted, with a line that is none; joined with days that are there; in place of what they contradict.
    const std::string sorted = sources_.write("X-1h-2021-01.csv", shuffled_hours(0, 240, "4.5", random) + "rubbish\n");
    const std::string merged = sources_.write("X-1h-2021-02.csv", shuffled_hours(200, 100, "4.5", random));
    const std::string replacing = sources_.write("X-1h-2021-03.csv", shuffled_hours(100, 150, "4.6", random));
    steps_ = {{"--market", "spot", sorted},
              {"--market", "spot", merged},
              {"--market", "spot", "--replace", replacing},
              {testdata("binance-feed/usdm/btcusdt_20240718.gz")},
              {testdata("cryptofeed/BINANCE_FUTURES.ws.1.0")}};
  }

  [[nodiscard]] std::size_t size() const { return steps_.size(); }
  [[nodiscard]] Words step(std::size_t at, const TempDir& dir) const {
    Words words{"import", "--data-dir", dir.string()};
    words.insert(words.end(), steps_[at].begin(), steps_[at].end());
    return words;
  }
  // From there on, to their end.
  void run(std::size_t from, const TempDir& dir) const {
    for (std::size_t i = from; i < steps_.size(); ++i) {
      const Outcome done = run_acts(step(i, dir));
      ASSERT_EQ(done.exit_code, 0) << i << ": " << done.err;
    }
  }

 private:
  TempDir sources_;
  std::vector<Words> steps_;
};

TEST(ProgramKilledImport, EndsWithTheSameBytesWheneverItIsKilled) {
  std::mt19937_64 random(kSeed);
  const Imports imports(random);
  const TempDir whole(memory_place());
  std::vector<std::chrono::nanoseconds> took;
  for (std::size_t i = 0; i < imports.size(); ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const Outcome done = run_acts(imports.step(i, whole));
    ASSERT_EQ(done.exit_code, 0) << done.err;
    took.emplace_back(std::chrono::steady_clock::now() - begin);
  }
  const auto wanted = catalog_of(whole);
  ASSERT_GT(wanted.size(), 20U);
  for (unsigned i = 0; i < kKills; ++i) {
    const std::size_t at = i % imports.size();
    auto moment = took[at] * (random() % 1000) / 1000;
    SCOPED_TRACE(fmt::format("seed {}, kill {}: import {} after {} ns", kSeed, i, at, moment.count()));
    std::optional<TempDir> dir;
    // One that was over before it could be killed shows nothing: once more, and sooner.
    for (bool is_killed = false; !is_killed; moment /= 2) {
      dir.emplace(memory_place());
      for (std::size_t before = 0; before < at; ++before) ASSERT_EQ(run_acts(imports.step(before, *dir)).exit_code, 0);
      Running running(imports.step(at, *dir), dir->string(), *dir / "log");
      std::this_thread::sleep_for(moment);
      running.signal(SIGKILL);
      is_killed = running.wait() == -1;
      ASSERT_TRUE(is_killed || moment.count() > 0);
    }
    if (std::filesystem::exists(*dir / "catalog")) {
      EXPECT_THAT(run_acts({"catalog", "verify", "--data-dir", dir->string()}).out, HasSubstr(" 0 problems"));
    }
    imports.run(at, *dir);
    EXPECT_EQ(catalog_of(*dir), wanted);
  }
}

}  // namespace
}  // namespace acts::cli
