// The catalog from the command line, and imports that are killed.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "cli/program.hpp"
#include "recording/temp_dir.hpp"
#include "support/rounds.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using acts::test::testdata;
using acts::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kHours = "vision/spot-klines-1h/BTCUSDT-1h-2021-0";

std::map<std::string, std::string> tree(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    const std::string path = entry.path().lexically_relative(directory).generic_string();
    if (entry.is_regular_file() && !path.ends_with(".lock")) files[path] = acts::testing::read_file(entry.path());
  }
  return files;
}

// In memory where there is such a place: a kill takes nothing that was written, synced or not.
std::filesystem::path fast_place() {
  const std::filesystem::path memory = "/dev/shm";
  return std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
}

TEST(ProgramCatalog, ImportsListsVerifiesAndAnswers) {
  const TempDir dir(fast_place());
  const auto run = [&dir](std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", dir.string()});
    return run_acts(words);
  };
  const Outcome imported = run({"import", "--market", "spot", testdata(kHours + "1.csv"), testdata(kHours + "2.csv"),
                                dir.write("nothing.csv", "a,b\n1,2\n")});
  EXPECT_EQ(imported.exit_code, 2);
  EXPECT_THAT(imported.err, HasSubstr("nothing.csv: its name does not say what it holds: give --kind"));
  EXPECT_THAT(imported.out,
              HasSubstr("BTCUSDT-1h-2021-02.csv: klines binance-spot BTCUSDT 1h: 671 rows from "
                        "2021-02-01T00:00:00.000Z to 2021-02-28T23:00:00.000Z, ms, no header, no checksum, "
                        "1 missing in 1 gaps, 1 without volume, 1 closed early\n"));
  const Outcome again = run({"import", "--market", "spot", testdata(kHours + "1.csv")});
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_THAT(again.out, HasSubstr("is in the catalog already"));
  EXPECT_THAT(run({"catalog", "ls"}).out, HasSubstr("klines,binance-spot,BTCUSDT,1h,archive,2021-01-01T00:00:00.000Z,"
                                                    "2021-02-28T23:00:00.000Z,59,1415,"));
  const Outcome verified = run({"catalog", "verify", "--strict"});
  EXPECT_EQ(verified.exit_code, 0) << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("klines binance-spot BTCUSDT 1h archive 2021-02-11: gap (outage): 1 from "
                                      "2021-02-11T04:00:00.000Z; the exchange had stopped, as github.com/"));
  EXPECT_TRUE(
      verified.out.ends_with("2 sources, 59 files, 1415 rows, 0 problems, 0 faults, 0 remarks, 3 in known outages\n"))
      << verified.out;
  EXPECT_THAT(run({"catalog", "describe", "funding"}).out,
              HasSubstr("funding,rate,\"DECIMAL(18,8)\",\"DECIMAL(38,12)\""));
  EXPECT_EQ(run({"query", "SELECT count(*) AS n FROM klines", "--format", "csv"}).out, "n\n1415\n");
  const Outcome refused = run({"query", "DROP VIEW klines"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("only one SELECT is taken"));
}

// They ended with 0, as if there had been something to look at.
TEST(ProgramCatalog, SaysThatThereIsNothingToRead) {
  const TempDir dir;
  const std::string none = dir / "none";
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"query", "SELECT count(*) FROM klines"},
           {"catalog", "ls"},
           {"catalog", "verify"},
           {"catalog", "compact"},
           {"bars", "--interval", "1h", "BTCUSDT"},
           {"export", "--kind", "trades", "--symbol", "BTCUSDT", "--format", "csv"}}) {
    SCOPED_TRACE(words[0]);
    std::vector<std::string> with = words;
    with.insert(with.end(), {"--data-dir", none});
    const Outcome outcome = run_acts(with);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr(none + ": there is no such directory: name the one that has the data by "
                                              "--data-dir"));
    EXPECT_FALSE(std::filesystem::exists(none));
  }
  for (const char* action : {"ls", "verify", "compact"}) {
    const Outcome outcome = run_acts({"catalog", action, "--data-dir", dir.string()});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("catalog: there is no catalog yet: acts import makes one"));
  }
  EXPECT_EQ(run_acts({"catalog", "describe", "funding", "--data-dir", none}).exit_code, 0);
}

// It was that of the last one that failed.
TEST(ProgramCatalog, EndsWithTheHighestCodeOfSeveralFiles) {
  const TempDir dir;
  const std::string damaged = dir.write("A-1h-2021-01-01.csv", "rubbish\n");  // 3
  const std::string unnamed = dir.write("nothing.csv", "a,b\n1,2\n");         // 2, behind it in their order
  const std::string good = testdata(kHours + "1.csv");
  const auto import = [&dir](std::vector<std::string> files) {
    files.insert(files.begin(), {"import", "--market", "spot", "--data-dir", dir.string()});
    return run_acts(files).exit_code;
  };
  EXPECT_EQ(import({unnamed}), 2);
  EXPECT_EQ(import({damaged}), 3);
  EXPECT_EQ(import({damaged, unnamed}), 3);
  EXPECT_EQ(import({unnamed, good, damaged}), 3);
  EXPECT_EQ(import({good}), 0);
}

TEST(ProgramCatalog, ImportRemarksCandlesOffTheirGrid) {
  const TempDir dir;
  const std::string hours =
      dir.write("x.json", "[[1606780800000,1,1,1,1,1],[1606784400000,1,1,1,1,1],[1606867200000,1,1,1,1,1]]");
  const std::vector<std::string> words{"import", "--data-dir", dir.string(), "--market",
                                       "spot",   "--symbol",   "X",          hours};
  const auto with_interval = [&words](const char* interval) {
    std::vector<std::string> all = words;
    all.insert(all.end(), {"--interval", interval});
    return run_acts(all);
  };
  const Outcome days = with_interval("1d");
  EXPECT_EQ(days.exit_code, 0) << days.err;
  EXPECT_THAT(days.out, HasSubstr(", 1 with an open_time that is not a multiple of 1d (the first "
                                  "2020-12-01T01:00:00.000Z)\n"));
  EXPECT_THAT(with_interval("1h").out, Not(HasSubstr("multiple")));
}

// January and March: what lies between is not there.
TEST(ProgramCatalog, VerifyFailsForAHoleIfItIsStrict) {
  const TempDir dir(fast_place());
  const auto run = [&dir](std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", dir.string()});
    return run_acts(words);
  };
  ASSERT_EQ(run({"import", "--market", "spot", testdata(kHours + "1.csv"), testdata(kHours + "3.csv")}).exit_code, 0);
  EXPECT_EQ(run({"catalog", "verify"}).exit_code, 0);
  const Outcome strict = run({"catalog", "verify", "--strict", "--format", "csv"});
  EXPECT_EQ(strict.exit_code, 3);
  EXPECT_THAT(strict.out, HasSubstr("kind,venue,symbol,interval,origin,finding,weight,first,last,count,detail,outage\n"
                                    "klines,binance-spot,BTCUSDT,1h,archive,gap,fault,2021-02-01T00:00:00.000Z,"
                                    "2021-02-28T23:00:00.000Z,672,,\n"));
  EXPECT_THAT(strict.err, HasSubstr("2 sources, 62 files, 1487 rows, 0 problems, 1 faults, 0 remarks, 1 in known"));
  EXPECT_EQ(run({"catalog", "ls", "--strict"}).exit_code, 2);
}

TEST(ProgramCatalog, CompactSaysWhatItRemoved) {
  const TempDir dir(fast_place());
  ASSERT_EQ(run_acts({"import", "--market", "spot", testdata(kHours + "1.csv"), "--data-dir", dir.string()}).exit_code,
            0);
  std::filesystem::create_directories(dir / "catalog/kind=klines/x");
  std::ofstream(dir / "catalog/kind=klines/x/0123456789abcdef.parquet") << "12345";
  const Outcome outcome = run_acts({"catalog", "compact", "--data-dir", dir.string()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "0 files of 0 days joined, 1 files of 5 bytes removed\n");
  EXPECT_FALSE(std::filesystem::exists(dir / "catalog/kind=klines/x"));
}

TEST(ProgramCatalog, VerifyNamesASymbolOfBothFormsAndCompactMakesItWide) {
  const TempDir dir(fast_place());
  const auto run = [&dir](std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", dir.string()});
    return run_acts(words);
  };
  const auto candle = [](const char* open_time, const char* close, const char* close_time) {
    return fmt::format("{},1.5,9.0,1.0,{},10.5,{},100,7,5,50,0\n", open_time, close, close_time);
  };
  const std::string narrow = dir.write("X-1h-2021-01-01.csv", candle("1609459200000", "4.5", "1609462799999"));
  const std::string wide = dir.write("X-1h-2021-01-02.csv", candle("1609545600000", "4.50000000001", "1609549199999"));
  ASSERT_EQ(run({"import", "--market", "spot", narrow, wide}).exit_code, 0);
  EXPECT_THAT(run({"catalog", "ls"}).out, HasSubstr(",mixed\n"));
  const Outcome mixed = run({"catalog", "verify"});
  EXPECT_EQ(mixed.exit_code, 0);
  EXPECT_THAT(mixed.err, HasSubstr("kind=klines/venue=binance-spot/symbol=X: some files are wide and others narrow"));
  EXPECT_EQ(run({"catalog", "compact"}).out,
            "0 files of 0 days joined, 1 files made wide, 0 files of 0 bytes removed\n");
  EXPECT_THAT(run({"catalog", "ls"}).out, HasSubstr(",wide\n"));
  EXPECT_EQ(run({"catalog", "verify"}).err, "");
  EXPECT_EQ(run({"query", "SELECT close FROM klines ORDER BY open_time", "--format", "csv"}).out,
            "close\n4.5\n4.50000000001\n");
}

TEST(ProgramCatalog, VerifyNamesWhatIsWrong) {
  const TempDir dir;
  ASSERT_EQ(run_acts({"import", "--market", "spot", testdata(kHours + "1.csv"), "--data-dir", dir.string()}).exit_code,
            0);
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir / "catalog")) {
    if (entry.path().extension() == ".parquet") files.push_back(entry.path());
  }
  ASSERT_EQ(files.size(), 31U);
  std::filesystem::remove(files[0]);
  std::fstream(files[1], std::ios::in | std::ios::out).seekp(100) << "x";
  std::filesystem::copy(files[2], files[2].parent_path() / "other.parquet");
  const Outcome outcome = run_acts({"catalog", "verify", "--data-dir", dir.string()});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("is not there, and a manifest names it"));
  EXPECT_THAT(outcome.err, HasSubstr("its SHA-256 is "));
  EXPECT_THAT(outcome.err, HasSubstr("other.parquet: no manifest names it: remove it"));
  EXPECT_THAT(outcome.out, HasSubstr(" 3 problems"));
}

TEST(ProgramCatalog, EndsAQueryThatNeedsMoreThanItMaySpill) {
  const TempDir dir;
  const TempDir temp;
  ::setenv("TMPDIR", temp.string().c_str(), 1);
  const Outcome outcome = run_acts({"query", "SELECT range AS x FROM range(30000000) ORDER BY hash(range)", "--memory",
                                    "64MiB", "--spill", "4MiB", "--data-dir", dir.string()});
  ::unsetenv("TMPDIR");
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(
      outcome.err,
      "acts: it needs more temporary space than it may take: ask for less, or acts query for it with more --spill\n");
  EXPECT_TRUE(std::filesystem::is_empty(temp.string()));
}

// It took 3.5 GB with 100MB allowed, and ended with 0: texts are none of what DuckDB counts.
TEST(ProgramCatalog, EndsAQueryWhoseTextsNeedMoreThanItMayTake) {
  if (acts::test::kFewerBy > 1) GTEST_SKIP() << "a sanitizer's allocator ends the process";
  const TempDir dir;
  for (const std::string sql : {"SELECT repeat('x', 400000000)", "SELECT length(repeat('x', 4000000000))"}) {
    const Outcome outcome = run_acts({"query", sql, "--memory", "64MiB", "--data-dir", dir.string()});
    EXPECT_EQ(outcome.exit_code, 5) << sql;
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr("it may take")) << sql;
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << sql;
  }
}

// An interrupted query ended with 0, or not at all: a script took what it had for the whole answer.
TEST(ProgramCatalog, EndsAQueryAtASignalAndSaysSo) {
  const TempDir dir;
  ::setenv("TMPDIR", dir.string().c_str(), 1);
  const auto has_begun = [&dir] {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(dir.string(), error)) {
      if (entry.path().filename().string().starts_with("acts-query-")) return true;
    }
    return false;
  };
  for (const auto& [number, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    Running running({"query", "SELECT range FROM range(1000000000000) WHERE range < 500000 OR range = -1", "--format",
                     "csv", "--data-dir", dir.string()},
                    dir.string(), dir / "log");
    while (!has_begun()) std::this_thread::yield();
    running.signal(number);
    running.close_output();
    EXPECT_EQ(running.wait(), code);
    EXPECT_FALSE(has_begun());
    EXPECT_THAT(acts::testing::read_file(dir / "log"), HasSubstr("interrupted"));
    std::filesystem::remove(dir / "log");
  }
  ::unsetenv("TMPDIR");
}

// Killed at 30 moments, the catalog is sound at once, and the same import again gives the bytes of an undisturbed one.
TEST(ProgramCatalog, SurvivesAKillAtAnyMoment) {
  const TempDir whole(fast_place());
  const auto arguments = [](const TempDir& dir) {
    return std::vector<std::string>{"import",
                                    "--market",
                                    "spot",
                                    testdata(kHours + "1.csv"),
                                    testdata(kHours + "2.csv"),
                                    testdata(kHours + "3.csv"),
                                    "--data-dir",
                                    dir.string()};
  };
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_EQ(run_acts(arguments(whole)).exit_code, 0);
  const auto took = std::chrono::steady_clock::now() - begin;
  const auto wanted = tree(whole / "catalog");
  unsigned killed = 0;
  constexpr unsigned kKills = 30 / acts::test::kFewerBy;
  for (unsigned i = 0; i < kKills; ++i) {
    SCOPED_TRACE(i);
    const TempDir dir(fast_place());
    {
      Running running(arguments(dir), dir.string(), dir / "log");
      std::this_thread::sleep_for(took * i / kKills);
      running.signal(SIGKILL);
      killed += static_cast<unsigned>(running.wait() == -1);
    }
    if (std::filesystem::exists(dir / "catalog")) {
      EXPECT_THAT(run_acts({"catalog", "verify", "--data-dir", dir.string()}).out, HasSubstr(" 0 problems"));
    }
    ASSERT_EQ(run_acts(arguments(dir)).exit_code, 0);
    EXPECT_EQ(tree(dir / "catalog"), wanted);
  }
  EXPECT_GT(killed, kKills / 3);
}

}  // namespace
}  // namespace acts::cli
