// A download of an archive on a loopback port, and what tests ask of it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "history/archive/download.hpp"
#include "history/archive_server.hpp"
#include "net/real_clock.hpp"
#include "recording/temp_dir.hpp"

namespace acts::history::archive {

constexpr Day day(int year, int month, int date) {
  return std::chrono::sys_days{std::chrono::year{year} / month / date};
}

inline std::string content_of(int number) {
  std::string content;
  for (int i = 0; i < 20'000; ++i) content += std::to_string(i * 7919 + number);
  return content;
}

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class DownloadTest : public ::testing::Test {
 protected:
  static std::string path_of(int date) {
    return "data/spot/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2026-01-0" + std::to_string(date) + ".zip";
  }
  // Days 1 to 5.
  void publish_days() {
    for (int date = 1; date <= 5; ++date) server_.publish(path_of(date), content_of(date), date % 2 == 0);
  }
  Result<DownloadReport> run() {
    DownloadOptions options;
    options.data_dir = dir_.string();
    options.address = {server_.url(), server_.url()};
    options.rest_url = server_.url();
    options.transfers.slow_for = slow_for_;
    options.queue.retry_first = std::chrono::milliseconds{1};
    options.queue.retry_cap = std::chrono::milliseconds{10};
    options.queue.most_attempts = 5;
    options.dry_run = dry_run_;
    const DownloadHooks hooks{.progress = [this](const DownloadProgress& progress) { progress_ = progress; },
                              .warn = [this](const std::string& text) { warnings_.push_back(text); },
                              .stop = [this] { return stop_ && stop_(); },
                              .now = [this] { return clock_.now() + shift_; }};
    return download(request_, options, hooks);
  }
  void set_today(Day today) {
    const auto begin = std::chrono::duration_cast<Nanos>(today.time_since_epoch());
    shift_ = UnixNanos{begin.count()} - clock_.now();
  }
  [[nodiscard]] std::string local(const std::string& path) const { return dir_ / "archive/" + path; }
  void expect_all_there() const {
    for (int date = 1; date <= 5; ++date) EXPECT_EQ(read_file(local(path_of(date))), content_of(date)) << date;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_.string())) {
      EXPECT_NE(entry.path().extension(), ".part") << entry.path();
    }
  }

  const acts::testing::TempDir dir_;
  acts::testing::ArchiveServer server_{3};
  RealClock clock_;
  Nanos shift_{0};  // from it to what the download takes for now
  DownloadRequest request_{
      .data_set = "aggTrades", .symbols = {"BTCUSDT"}, .from = day(2026, 1, 1), .to = day(2026, 1, 6)};
  bool dry_run_ = false;
  Nanos slow_for_ = std::chrono::seconds{30};
  std::function<bool()> stop_;
  DownloadProgress progress_;
  std::vector<std::string> warnings_;
};

}  // namespace acts::history::archive
