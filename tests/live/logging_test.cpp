#include "live/logging.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "live/log_thread.hpp"
#include "live/log_writer.hpp"
#include "recording/temp_dir.hpp"

namespace acts {
namespace {

using acts::testing::read_file;
using acts::testing::TempDir;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using namespace std::chrono_literals;

const std::string kTime = "[0-9-]+T[0-9:]+\\.[0-9]+Z ";

// What `write` put on standard error.
template <typename Write>
std::string logged(const LogSettings& settings, const std::string& data_dir, Write write) {
  ::testing::internal::CaptureStderr();
  const Result<void> started = start_logging(settings, data_dir);
  write();
  EXPECT_TRUE(flush_log(std::chrono::minutes{1}));
  std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_TRUE(started);
  return text;
}

TEST(Logging, WritesTextLines) {
  const std::string text = logged({}, ".", [] {
    log_event({.level = LogLevel::kWarn, .symbol = "BTCUSDT", .event = "gap", .text = "a gap\nof 3", .repeats = 2});
    log_event({.level = LogLevel::kInfo, .venue = Venue::kBinanceUsdm, .text = "open"});
    log_event({.level = LogLevel::kDebug, .text = "not shown"});
    spdlog::info("plain");
  });
  EXPECT_THAT(text, MatchesRegex(kTime + "warn binance-spot BTCUSDT: a gap of 3 .2 more like it.\n" + kTime +
                                 "info binance-usdm: open\n" + kTime + "info plain\n"));
}

TEST(Logging, WritesJsonLines) {
  const std::string text = logged({.format = LogFormat::kJson}, ".", [] {
    log_event(
        {.level = LogLevel::kError, .symbol = "BTCUSDT", .event = "gap", .text = "a \"gap\"\n\xff", .repeats = 2});
    spdlog::info("plain \"text\"");
  });
  const std::size_t end = text.find('\n');
  const auto event = nlohmann::json::parse(text.substr(0, end));
  EXPECT_EQ(event["level"], "error");
  EXPECT_EQ(event["venue"], "binance-spot");
  EXPECT_EQ(event["symbol"], "BTCUSDT");
  EXPECT_EQ(event["event"], "gap");
  EXPECT_EQ(event["repeats"], 2);
  EXPECT_THAT(event["message"].get<std::string>(), HasSubstr("a \"gap\"\n"));
  EXPECT_THAT(event["time"].get<std::string>(), EndsWith("Z"));
  EXPECT_EQ(nlohmann::json::parse(text.substr(end + 1))["message"], "plain \"text\"");
}

TEST(Logging, WritesAFileASymbolAndRotatesIt) {
  const TempDir dir;
  const LogSettings settings{.level = LogLevel::kOff, .per_symbol = true};
  EXPECT_EQ(logged(settings, dir.string(), [] { log_event({.level = LogLevel::kError, .symbol = "X", .text = "x"}); }),
            "");

  const LogSettings small{.per_symbol = true, .max_file_bytes = 400, .kept_files = 1};
  logged(small, dir.string(), [] {
    for (int i = 0; i < 20; ++i) {
      log_event({.level = LogLevel::kInfo, .symbol = "BTCUSDT", .text = "line " + std::to_string(i)});
    }
    log_event(
        {.level = LogLevel::kInfo, .venue = Venue::kBinanceUsdm, .symbol = "BTCUSDT", .text = "of another venue"});
    log_event({.level = LogLevel::kInfo, .text = "of none"});
  });
  const std::string folder = dir / "log/binance-spot";
  EXPECT_THAT(read_file(folder + "/data-BTCUSDT.log"), EndsWith("info binance-spot BTCUSDT: line 19\n"));
  EXPECT_LE(std::filesystem::file_size(folder + "/data-BTCUSDT.log"), 400U);
  EXPECT_TRUE(std::filesystem::exists(folder + "/data-BTCUSDT.1.log"));
  EXPECT_FALSE(std::filesystem::exists(folder + "/data-BTCUSDT.2.log"));
  EXPECT_THAT(read_file(dir / "log/binance-usdm/data-BTCUSDT.log"), HasSubstr("of another venue"));
  EXPECT_FALSE(std::filesystem::exists(folder + "/data-X.log"));
}

TEST(Logging, GoesOnWithoutAFileThatCannotBeMade) {
  const TempDir dir;
  const std::string text = logged({.per_symbol = true}, dir.string(), [&] {
    std::filesystem::create_directories(dir / "log/binance-spot/data-BTCUSDT.log");
    log_event({.level = LogLevel::kInfo, .symbol = "BTCUSDT", .text = "one"});
    log_event({.level = LogLevel::kInfo, .symbol = "BTCUSDT", .text = "two"});
  });
  EXPECT_THAT(text, HasSubstr("data-BTCUSDT.log: cannot be written ("));
  EXPECT_THAT(text, HasSubstr(": one\n"));
  EXPECT_THAT(text, HasSubstr(": two\n"));
}

// Of lines that go to files alone nothing was said there.
TEST(Logging, SaysInEachOpenFileThatLinesAreMissing) {
  const TempDir dir;
  ::testing::internal::CaptureStderr();
  const auto writer = make_log_writer();
  LogLine line;
  line.setup = std::make_shared<LogSetup>(LogSettings{.per_symbol = true}, std::filesystem::path(dir / "log"));
  line.text = "one";
  line.own_file_only = true;
  for (const char* symbol : {"BTCUSDT", "ETHUSDT"}) {
    line.symbol = symbol;
    writer->write(line);
  }
  writer->say_left_out(3);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("error 3 lines of the log are missing here: "));
  for (const char* symbol : {"BTCUSDT", "ETHUSDT"}) {
    EXPECT_THAT(read_file(dir / fmt::format("log/binance-spot/data-{}.log", symbol)),
                HasSubstr("error 3 lines of the log are missing, perhaps some here: "));
  }
}

class FailingLogTest : public ::testing::Test {
 protected:
  // `after` the first line, to the file alone.
  void write(std::string text, std::chrono::seconds after) {
    line_.text = std::move(text);
    line_.at = spdlog::log_clock::time_point{std::chrono::hours{24}} + after;
    writer_->write(line_);
  }

  const TempDir dir_;
  const std::string file_ = dir_ / "log/binance-spot/data-X.log";
  std::unique_ptr<LogWriter> writer_ = make_log_writer();
  LogLine line_{.setup = std::make_shared<LogSetup>(
                    LogSettings{.per_symbol = true, .max_file_bytes = 200, .kept_files = 0}, dir_ / "log"),
                .at = {},
                .text = {},
                .symbol = "X",
                .own_file_only = true};
};

// The next line that was short enough went to a file that had been closed: the program crashed.
TEST_F(FailingLogTest, OutlivesARotationThatFailsAndWritesAgainAMinuteLater) {
  ::testing::internal::CaptureStderr();
  write("first", 0s);
  std::filesystem::rename(file_, dir_ / "aside");
  std::filesystem::create_directory(file_);
  write(std::string(190, 'x'), 1s);  // rotates
  write("short", 2s);
  write("too early", 60s);
  write("in vain", 61s);
  std::filesystem::remove(file_);
  write("too early again", 120s);
  EXPECT_FALSE(std::filesystem::exists(file_));
  write("there", 121s);
  write("next", 122s);
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, MatchesRegex(kTime + "error [^\n]*/data-X.log: cannot be written [^\n]*\n"));
  EXPECT_THAT(read_file(file_), MatchesRegex(kTime + "error 5 lines are missing here: the file could not be written\n" +
                                             kTime + "info there\n" + kTime + "info next\n"));
}

TEST_F(FailingLogTest, DoesNotWaitForAClockThatWasSetBack) {
  ::testing::internal::CaptureStderr();
  std::filesystem::create_directories(file_);
  write("in vain", 0s);
  std::filesystem::remove(file_);
  write("an hour earlier", -3600s);
  ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(read_file(file_), EndsWith("info an hour earlier\n"));
}

// Its log was destroyed by then.
TEST(Logging, TakesLinesWhileTheProcessEnds) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        std::atexit([] {
          log_event({.level = LogLevel::kWarn, .text = "late"});
          std::_Exit(flush_log(std::chrono::minutes{1}) ? 7 : 8);
        });
        if (start_logging({}, ".")) std::exit(0);
      },
      ::testing::ExitedWithCode(7), "warn binance-spot: late\n");
}

TEST(Logging, SaysWhenItsDirectoryCannotBeMade) {
  const TempDir dir;
  const Result<void> started = start_logging({.per_symbol = true}, dir.write("file", "x"));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kStorage);
  EXPECT_TRUE(start_logging({}, "."));
}

}  // namespace
}  // namespace acts
