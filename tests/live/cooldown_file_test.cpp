// Cooldowns on the disk, and the thread that brings them there.
#include "live/cooldown_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "live/cooldown_writer.hpp"
#include "live/fickle_disk.hpp"
#include "recording/temp_dir.hpp"
#include "recording/whole_file.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using collector::Cooldown;
using ::testing::ElementsAre;
using testing::FickleDisk;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::TempDir;
using ::testing::UnorderedElementsAre;

constexpr UnixNanos kTold{1'767'225'650'000'000'001};
constexpr Cooldown kRestBan{Cooldown::Scope::kRest, kTold, {1'767'225'770'000'000'000}, true};
constexpr Cooldown kStreamLimit{Cooldown::Scope::kStreams, kTold, {1'767'225'680'000'000'000}, false};

std::vector<std::string> files_in(const TempDir& dir) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(cooldown_directory(dir.string(), Venue::kBinanceSpot)))
    names.push_back(entry.path().filename().string());
  return names;
}

TEST(CooldownFile, IsALineThatSaysAll) {
  const std::string text = cooldown_text(Venue::kBinanceSpot, kRestBan);
  EXPECT_EQ(text, R"({"form":"acts cooldown 1","venue":"binance-spot","scope":"rest","status":418,)"
                  R"("told":1767225650000000001,"until":1767225770000000000})"
                  "\n");
  EXPECT_EQ(parse_cooldown_text(text, Venue::kBinanceSpot).value(), kRestBan);
  EXPECT_EQ(parse_cooldown_text(cooldown_text(Venue::kBinanceUsdm, kStreamLimit), Venue::kBinanceUsdm).value(),
            kStreamLimit);
}

TEST(CooldownFile, RefusesWhatIsNone) {
  const auto error_of = [](std::string_view text) {
    const auto read = parse_cooldown_text(text, Venue::kBinanceSpot);
    return read ? std::string("taken") : read.error().message;
  };
  const std::string good = cooldown_text(Venue::kBinanceSpot, kRestBan);
  const auto with = [&good](std::string_view old, std::string_view other) {
    std::string text = good;
    return text.replace(text.find(old), old.size(), other);
  };
  EXPECT_EQ(error_of(good), "taken");
  EXPECT_THAT(error_of(""), HasSubstr("does not start with an object"));
  EXPECT_THAT(error_of(good.substr(0, good.size() / 2)), HasSubstr("ends inside a string"));
  EXPECT_THAT(error_of(with("cooldown 1", "cooldown 2")), HasSubstr("newer acts"));
  EXPECT_THAT(error_of(with("binance-spot", "binance-usdm")), HasSubstr("another venue"));
  EXPECT_THAT(error_of(with("rest", "rust")), HasSubstr("scope"));
  EXPECT_THAT(error_of(with("418", "403")), HasSubstr("status"));
  EXPECT_THAT(error_of(with("418", "\"418\"")), HasSubstr("status"));
  EXPECT_THAT(error_of(with("1767225650000000001", "-1")), HasSubstr("times"));
  EXPECT_THAT(error_of(with("1767225650000000001", "99999999999999999999")), HasSubstr("times"));
  EXPECT_THAT(error_of(with("1767225770", "1767225640")), HasSubstr("ends before it begins"));
}

TEST(CooldownFile, OneOfAScopeTakesThePlaceOfThoseBefore) {
  const TempDir dir;
  EXPECT_THAT(read_cooldowns(dir.string(), Venue::kBinanceSpot).cooldowns, IsEmpty());
  FileOps& ops = real_file_ops();
  Cooldown longer = kRestBan;
  longer.until = longer.until + 1min;
  for (const Cooldown& one : {kRestBan, kStreamLimit, longer, longer}) {
    const auto written = write_cooldown(ops, dir.string(), Venue::kBinanceSpot, one);
    EXPECT_TRUE(written) << written.error().message;
  }
  const EarlierCooldowns read = read_cooldowns(dir.string(), Venue::kBinanceSpot);
  EXPECT_THAT(read.cooldowns, UnorderedElementsAre(longer, kStreamLimit));
  EXPECT_THAT(read.problems, IsEmpty());
  EXPECT_THAT(read_cooldowns(dir.string(), Venue::kBinanceUsdm).cooldowns, IsEmpty());
}

TEST(CooldownFile, TellsOfWhatCannotBeReadAndTakesTheRest) {
  const TempDir dir;
  ASSERT_TRUE(write_cooldown(real_file_ops(), dir.string(), Venue::kBinanceSpot, kRestBan));
  const std::string directory = cooldown_directory(dir.string(), Venue::kBinanceSpot);
  std::ofstream(directory + "/rest-1.json") << "{}";
  std::ofstream(directory + "/.rest-2.json.part") << "{";
  const EarlierCooldowns read = read_cooldowns(dir.string(), Venue::kBinanceSpot);
  EXPECT_THAT(read.cooldowns, ElementsAre(kRestBan));
  ASSERT_THAT(read.problems, SizeIs(1));
  EXPECT_THAT(read.problems.front(), HasSubstr(directory + "/rest-1.json: it is of no form"));
  EXPECT_THAT(read.problems.front(), HasSubstr("remove it"));
}

// The venue was asked within its 142 s: they were told before the clock stepped ahead, and what begun after it had
// stepped back again waited for their end by a clock that was ahead, at half its speed: too short.
TEST(CooldownFile, EndsLaterByAClockThatIsAhead) {
  const Cooldown told{Cooldown::Scope::kRest, {1'000'000'000'000}, {1'142'000'000'000}, false};
  const UnixNanos now{1'077'000'000'000};
  std::vector<Cooldown> cooldowns{told};
  delay_by(0s, now, cooldowns);
  EXPECT_THAT(cooldowns, ElementsAre(told));
  delay_by(70s, now, cooldowns);
  EXPECT_EQ(cooldowns[0].until, UnixNanos{1'142'000'000'000} + 70s);
  cooldowns = {told};
  delay_by(1h, now, cooldowns);
  EXPECT_EQ(cooldowns[0].until, now + 142s) << "as if it were told now";
  cooldowns = {told};
  delay_by(10s, told.until, cooldowns);
  EXPECT_EQ(cooldowns[0].until, told.until + 10s) << "over by its own clock only";
  cooldowns = {told};
  delay_by(10s, told.until + 10s, cooldowns);
  EXPECT_THAT(cooldowns, ElementsAre(told)) << "over by both";
}

TEST(CooldownFile, ReadsSoManyFilesAndSaysHowManyThereAre) {
  const TempDir dir;
  const std::string directory = cooldown_directory(dir.string(), Venue::kBinanceSpot);
  std::filesystem::create_directories(directory);
  for (std::size_t i = 0; i < kMostCooldownFiles + 1; ++i) {
    std::ofstream(directory + "/rest-" + std::to_string(i) + ".json") << cooldown_text(Venue::kBinanceSpot, kRestBan);
  }
  const EarlierCooldowns read = read_cooldowns(dir.string(), Venue::kBinanceSpot);
  EXPECT_THAT(read.cooldowns, SizeIs(kMostCooldownFiles));
  EXPECT_THAT(read.problems, ElementsAre(HasSubstr("has 65 files, of which 64 are read: remove them")));
}

TEST(CooldownWriter, ReturnsOnceItIsOnTheDisk) {
  const TempDir dir;
  CooldownWriter writer(dir.string(), Venue::kBinanceSpot);
  ASSERT_TRUE(writer.keep(kRestBan));
  EXPECT_THAT(read_cooldowns(dir.string(), Venue::kBinanceSpot).cooldowns, ElementsAre(kRestBan));
  ASSERT_TRUE(writer.keep(kStreamLimit));
  EXPECT_THAT(read_cooldowns(dir.string(), Venue::kBinanceSpot).cooldowns,
              UnorderedElementsAre(kRestBan, kStreamLimit));
  EXPECT_THAT(files_in(dir), SizeIs(2));
  EXPECT_TRUE(writer.idle());
}

bool becomes_idle(const CooldownWriter& writer) {
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!writer.idle() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(5ms);
  return writer.idle();
}

TEST(CooldownWriter, TriesOnWhatADiskWithoutRoomDoesNotTake) {
  const TempDir dir;
  const auto disk = std::make_shared<FickleDisk>();
  disk->set_full(true);
  CooldownWriter writer(dir.string(), Venue::kBinanceSpot, disk);
  const Result<void> kept = writer.keep(kRestBan);
  ASSERT_FALSE(kept);
  EXPECT_THAT(kept.error().message, HasSubstr("No space left on device"));
  EXPECT_FALSE(writer.idle());
  disk->set_full(false);
  EXPECT_TRUE(becomes_idle(writer));
  EXPECT_THAT(read_cooldowns(dir.string(), Venue::kBinanceSpot).cooldowns, ElementsAre(kRestBan));
}

TEST(CooldownWriter, WaitsNoLongerThanItsLimitForADiskThatHangs) {
  const TempDir dir;
  const auto disk = std::make_shared<FickleDisk>();
  disk->set_hangs(true);
  {
    CooldownWriter writer(dir.string(), Venue::kBinanceSpot, disk);
    const Result<void> kept = writer.keep(kRestBan);
    ASSERT_FALSE(kept);
    EXPECT_THAT(kept.error().message, HasSubstr("the disk does not answer"));
    disk->set_hangs(false);
    EXPECT_TRUE(becomes_idle(writer));
    EXPECT_THAT(read_cooldowns(dir.string(), Venue::kBinanceSpot).cooldowns, ElementsAre(kRestBan));
  }
  disk->set_hangs(true);
  {
    CooldownWriter writer(dir.string(), Venue::kBinanceSpot, disk);
    EXPECT_FALSE(writer.keep(kStreamLimit));
  }
  disk->set_hangs(false);  // its thread was left to itself, and ends
}

}  // namespace
}  // namespace acts
