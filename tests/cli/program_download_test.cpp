// acts download as users meet it, and as it is killed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <thread>

#include "cli/command.hpp"
#include "cli/program.hpp"
#include "history/archive_server.hpp"
#include "live/cooldown_file.hpp"
#include "net/real_clock.hpp"
#include "recording/temp_dir.hpp"
#include "support/rounds.hpp"

namespace acts::cli {
namespace {

using acts::testing::ArchiveServer;
using acts::testing::TempDir;
using ::testing::HasSubstr;

const std::string kFolder = "data/futures/um/daily/aggTrades/BTCUSDT/";

std::string name_of(int date) { return "BTCUSDT-aggTrades-2026-05-0" + std::to_string(date) + ".zip"; }

std::string content_of(int number) {
  std::mt19937_64 random(static_cast<std::uint64_t>(number));
  std::string content(std::size_t{2} << 20, '\0');
  for (char& c : content) c = static_cast<char>(random());
  return content;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> arguments(const ArchiveServer& server, const TempDir& dir) {
  return {"download",   "BTCUSDT",    "--kind",     "aggTrades", "--market",   "um",         "--data-dir",
          dir.string(), "--base-url", server.url(), "--from",    "2026-05-01", "--parallel", "2"};
}

TEST(DownloadCommand, SaysWhatItHasDoneAndWhatThereIsNot) {
  ArchiveServer server;
  for (const int date : {1, 2, 5}) server.publish(kFolder + name_of(date), content_of(date));
  const TempDir dir;
  auto plan = arguments(server, dir);
  plan.emplace_back("--dry-run");
  const Outcome planned = run_acts(plan);
  EXPECT_EQ(planned.exit_code, kExitDone) << planned.err;
  EXPECT_THAT(planned.out, HasSubstr(kFolder + name_of(1) + "  2.10 MB\n"));
  EXPECT_THAT(planned.out, HasSubstr("um aggTrades BTCUSDT: 2 days missing: 2026-05-03 to 2026-05-04\n"));
  EXPECT_THAT(planned.out, HasSubstr("6.29 MB to fetch, 0 bytes there already\n"));
  const Outcome done = run_acts(arguments(server, dir));
  EXPECT_EQ(done.exit_code, kExitDone) << done.err;
  EXPECT_EQ(done.out,
            "um aggTrades BTCUSDT: 3 files fetched, 0 there already, 2 days missing\n"
            "  missing: 2026-05-03 to 2026-05-04\n");
  EXPECT_THAT(run_acts(arguments(server, dir)).out, HasSubstr("0 files fetched, 3 there already"));
}

// Nothing was said of days in front of the first, and days years ago were not published yet.
TEST(DownloadCommand, SaysWhatIsMissingInFrontAndBehind) {
  ArchiveServer server;
  for (const char* const date : {"01", "02"}) {
    server.publish(kFolder + "BTCUSDT-aggTrades-2020-01-" + date + ".zip", date);
  }
  const TempDir dir;
  const auto of = [&](const std::string& from, const std::string& to, bool is_plan) {
    auto asked = arguments(server, dir);
    asked[11] = from;
    for (const std::string& more : {std::string("--to"), to}) asked.push_back(more);
    if (is_plan) asked.emplace_back("--dry-run");
    return run_acts(asked).out;
  };
  EXPECT_EQ(of("2019-12-28", "2020-01-01", false),
            "um aggTrades BTCUSDT: 0 files fetched, 0 there already, 4 days missing\n"
            "  missing: 4 days in front of 2020-01-01, where the archive's data begins\n");
  EXPECT_THAT(of("2019-12-28", "2020-01-01", true),
              HasSubstr("BTCUSDT: 4 days missing in front of 2020-01-01, where the archive's data begins\n"));
  EXPECT_EQ(of("2022-12-28", "2023-01-03", false),
            "um aggTrades BTCUSDT: 0 files fetched, 0 there already, 6 days missing\n"
            "  missing: 2022-12-28 to 2023-01-02\n");
}

// A collector's ban is of this machine's address: a tail asked within it makes it longer.
TEST(DownloadCommand, AsksNoTailWhileTheVenueRefusesThisMachine) {
  const TempDir dir;
  const UnixNanos now = RealClock().now();
  const collector::Cooldown ban{collector::Cooldown::Scope::kRest, now, now + std::chrono::minutes{30}, true};
  ASSERT_TRUE(write_cooldown(real_file_ops(), dir.string(), Venue::kBinanceUsdm, ban));
  const Outcome refused = run_acts({"download", "BTCUSDT", "--kind", "aggTrades", "--market", "um", "--tail",
                                    "--data-dir", dir.string(), "--base-url", "http://127.0.0.1:1"});
  EXPECT_EQ(refused.exit_code, kExitNetwork) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("binance-usdm is not asked: it has banned an earlier run until "));
  EXPECT_THAT(refused.err, HasSubstr("; wait; if this machine has another address since, remove "));
}

TEST(DownloadCommand, NamesWhatIsWrong) {
  const auto problem = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "download");
    const Outcome outcome = run_acts(arguments);
    EXPECT_EQ(outcome.exit_code, kExitUsage);
    return outcome.err;
  };
  EXPECT_THAT(problem({"BTCUSDT", "--kind", "klines"}), HasSubstr("klines have no interval ''"));
  EXPECT_THAT(problem({"BTCUSDT", "--kind", "metrics"}), HasSubstr("the archive has no metrics of market spot"));
  EXPECT_THAT(problem({"BTCUSDT", "--kind", "trades", "--base-url", "http://example.com"}),
              HasSubstr("https is needed, or http to a loopback address"));
  EXPECT_THAT(problem({"BTCUSDT", "--kind", "trades", "--from", "2026-05-01T12:00"}), HasSubstr("is no day such as"));
}

// A kill at any moment: what has come stays, nothing wrong is ever under a file's name, and the next run ends it.
TEST(DownloadCommand, IsKilledAgainAndAgainAndEndsWithTheArchivesBytes) {
  ArchiveServer server;
  for (int date = 1; date <= 6; ++date) server.publish(kFolder + name_of(date), content_of(date));
  const TempDir dir;
  std::mt19937 random(20260501);
  const auto expect_nothing_wrong = [&] {
    for (int date = 1; date <= 6; ++date) {
      const std::string path = dir / "archive/" + kFolder + name_of(date);
      EXPECT_TRUE(!std::filesystem::exists(path) || read_file(path) == content_of(date)) << path;
    }
  };
  int cut_files = 0;
  for (unsigned i = 0; i < 30 / acts::test::kFewerBy; ++i) {
    const std::uint64_t sent = server.body_bytes();
    Running run(arguments(server, dir), "/", dir / "log");
    // From its first answer on, however long it takes to start.
    for (int waited = 0; waited < 5000 && server.body_bytes() == sent; ++waited) {
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{std::uniform_int_distribution(0, 60)(random)});
    run.signal(SIGKILL);
    run.wait();
    if (i % 5 == 0) expect_nothing_wrong();
    const std::string folder = dir / "archive/" + kFolder;
    if (!std::filesystem::exists(folder)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      cut_files += static_cast<int>(entry.path().extension() == ".part");
    }
  }
  EXPECT_GT(cut_files, 0);
  const Outcome last = run_acts(arguments(server, dir));
  EXPECT_EQ(last.exit_code, kExitDone) << last.err;
  expect_nothing_wrong();
  EXPECT_TRUE(std::filesystem::exists(dir / "archive/" + kFolder + name_of(6)));
  const std::uint64_t sent = server.body_bytes();
  EXPECT_THAT(run_acts(arguments(server, dir)).out, HasSubstr("0 files fetched, 6 there already"));
  EXPECT_LT(server.body_bytes() - sent, 10'000U) << "the listing";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir.string())) {
    EXPECT_NE(entry.path().extension(), ".part") << entry.path();
  }
}

}  // namespace
}  // namespace acts::cli
