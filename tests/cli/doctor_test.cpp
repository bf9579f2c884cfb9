#include "cli/doctor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <vector>

#include "cli/command.hpp"
#include "live/cooldown_file.hpp"
#include "recording/temp_dir.hpp"

namespace acts::cli {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

UnixNanos at(std::int64_t millis) { return from_unix_millis(millis); }

TEST(Doctor, TakesTheMiddleOfTheRequestAsTheTimeOfTheVenue) {
  const Finding finding = judge_clock(Venue::kBinanceSpot, at(1'000'000), at(999'990), at(1'000'030));
  EXPECT_EQ(finding.verdict, Verdict::kGood);
  EXPECT_EQ(finding.text, "10 ms ahead of binance-spot's, give or take 20 ms");
}

TEST(Doctor, WarnsOfAClockThatIsOffAndRefusesOneThatIsFarOff) {
  const Finding off = judge_clock(Venue::kBinanceUsdm, at(2'000'000), at(1'998'000), at(1'998'000));
  EXPECT_EQ(off.verdict, Verdict::kWarning);
  EXPECT_EQ(off.text, "2000 ms behind binance-usdm's, give or take 0 ms");
  EXPECT_THAT(off.remedy, HasSubstr("set-ntp"));
  EXPECT_EQ(judge_clock(Venue::kBinanceSpot, at(0), at(31'000), at(31'000)).verdict, Verdict::kBad);
  // What a slow answer leaves open is not held against the clock.
  EXPECT_EQ(judge_clock(Venue::kBinanceSpot, at(0), at(-1000), at(4000)).verdict, Verdict::kGood);
}

// Asking makes a ban longer.
TEST(Doctor, LeavesAVenueAloneThatHasBannedARun) {
  const testing::TempDir dir;
  const UnixNanos now = at(1'767'225'650'000);
  const collector::Cooldown ban{collector::Cooldown::Scope::kRest, now, now + std::chrono::minutes{2}, true};
  ASSERT_TRUE(write_cooldown(real_file_ops(), dir.string(), Venue::kBinanceUsdm, ban));
  std::vector<Venue> venues{Venue::kBinanceSpot, Venue::kBinanceUsdm};
  const auto findings = check_cooldowns(dir.string(), venues, now + std::chrono::minutes{1});
  EXPECT_EQ(venues, std::vector{Venue::kBinanceSpot});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings.front().text,
            "binance-usdm is not asked: it has banned an earlier run until 2026-01-01T00:02:50.000Z");
  EXPECT_THAT(findings.front().remedy, HasSubstr("cooldowns/binance-usdm"));
  venues.push_back(Venue::kBinanceUsdm);
  EXPECT_TRUE(check_cooldowns(dir.string(), venues, now + std::chrono::minutes{2}).empty());
  EXPECT_EQ(venues.size(), 2U);
}

TEST(Doctor, JudgesFreeSpace) {
  EXPECT_EQ(judge_free_space(kEnoughFreeBytes, "/d").verdict, Verdict::kGood);
  EXPECT_EQ(judge_free_space(kEnoughFreeBytes - 1, "/d").verdict, Verdict::kWarning);
  const Finding full = judge_free_space(kLeastFreeBytes - 1, "/d");
  EXPECT_EQ(full.verdict, Verdict::kBad);
  EXPECT_EQ(full.exit_code, kExitStorage);
  EXPECT_EQ(full.text, "99 MiB free in /d");
}

TEST(Doctor, FindsADirectoryThatCanBeMade) {
  const testing::TempDir dir;
  const std::vector<Finding> findings = check_data_dir(dir / "a/b/c");
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].verdict, Verdict::kGood);
  EXPECT_THAT(findings[0].text, HasSubstr("is not there yet and can be made"));
  EXPECT_THAT(check_data_dir(dir.string())[0].text, HasSubstr("can be written"));
}

TEST(Doctor, FindsAFileWhereADirectoryMustBe) {
  const testing::TempDir dir;
  const std::vector<Finding> findings = check_data_dir(dir.write("file", "x") + "/data");
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].verdict, Verdict::kBad);
  EXPECT_EQ(findings[0].exit_code, kExitStorage);
}

TEST(Doctor, OpensTheStore) {
  const testing::TempDir dir;
  EXPECT_EQ(check_store(dir.string()).verdict, Verdict::kGood);
  const std::string database = dir.write("acts.db", std::string(5000, 'x'));
  const Finding finding = check_store(dir.string());
  EXPECT_EQ(finding.verdict, Verdict::kBad);
  EXPECT_EQ(finding.exit_code, kExitStorage);
  EXPECT_THAT(finding.text, HasSubstr("acts.db"));
}

// "/proc/x is not there yet and can be made", said root's permissions.
TEST(Doctor, TriesWhetherADirectoryCanBeMade) {
  const std::vector<Finding> findings = check_data_dir("/proc/x");
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].exit_code, kExitStorage);
  EXPECT_EQ(findings[0].remedy, "give another with --data-dir") << "nobody may write there, whoever owns it";
  const testing::TempDir dir;
  EXPECT_EQ(check_data_dir(dir / "a/b")[0].verdict, Verdict::kGood);
  EXPECT_TRUE(std::filesystem::is_empty(dir.string()));
}

// It was all good, and acts collect ended at once.
TEST(Doctor, SaysThatThereIsNothingToCollect) {
  CollectSettings settings;
  settings.data_dir = "/d";
  const Finding none = judge_settings(settings);
  EXPECT_EQ(none.verdict, Verdict::kWarning);
  EXPECT_THAT(to_line(none), StartsWith("warn  configuration: no symbol to collect, data in /d; name some"));
  settings.symbols = {"BTCUSDT"};
  EXPECT_EQ(to_line(judge_settings(settings)), "good  configuration: 1 symbol, data in /d\n");
}

// Ten lines said the same of ten hosts, and the good news stood somewhere in between.
TEST(Doctor, TellsOnceWhatHostsHaveInCommon) {
  const auto probe = [](const std::string& host, Verdict verdict, const std::string& text) {
    return Probe{Venue::kBinanceSpot, false, "https://" + host, verdict, text, NetFault::kResolve};
  };
  const std::array all{probe("a.example", Verdict::kBad, "resolving a.example: no such name"),
                       probe("b.example", Verdict::kBad, "resolving b.example: no such name"),
                       probe("c.example", Verdict::kBad, "connecting to c.example: refused"),
                       probe("d.example", Verdict::kBad, "resolving d.example: no such name")};
  const std::vector<Finding> failed = judge_hosts(all);
  ASSERT_EQ(failed.size(), 2U);
  EXPECT_EQ(failed[0].verdict, Verdict::kBad);
  EXPECT_EQ(failed[0].text, "https://a.example and 2 like it: resolving a.example: no such name");
  EXPECT_EQ(failed[1].text, "https://c.example: connecting to c.example: refused");
  const std::vector<Finding> one =
      judge_hosts(std::array{all[0], all[1], probe("g.example", Verdict::kGood, "answers")});
  ASSERT_EQ(one.size(), 2U);
  EXPECT_EQ(one[0].verdict, Verdict::kWarning);
  EXPECT_EQ(one[1].text, "https://g.example: answers");
}

TEST(Doctor, ChecksTheCertificates) {
  const testing::TempDir dir;
  EXPECT_EQ(check_certificates("").verdict, Verdict::kGood);
  // A file that is no PEM was called good as long as it could be read.
  EXPECT_EQ(check_certificates(dir.write("ca.pem", "x")).exit_code, kExitUsage);
  EXPECT_EQ(check_certificates(dir / "none.pem").exit_code, kExitUsage);
}

TEST(Doctor, CountsOpenFiles) {
  CollectSettings settings;
  EXPECT_EQ(check_open_files(1, settings).verdict, Verdict::kGood);
  settings.log.per_symbol = true;
  EXPECT_EQ(check_open_files(std::size_t{1} << 40, settings).verdict, Verdict::kBad);
}

TEST(Doctor, EndsWithTheWorst) {
  const std::array<Finding, 4> findings{{{Verdict::kBad, "a", "b", "c", 2},
                                         {Verdict::kWarning, "a", "b", "c", 70},
                                         {Verdict::kBad, "a", "b", "c", 4},
                                         {Verdict::kGood, "a", "b"}}};
  EXPECT_EQ(exit_code_of(findings), 4);
  EXPECT_EQ(exit_code_of({}), 0);
  EXPECT_EQ(to_line(findings[0]), "bad   a: b; c\n");
  EXPECT_EQ(to_line(findings[3]), "good  a: b\n");
}

}  // namespace
}  // namespace acts::cli
