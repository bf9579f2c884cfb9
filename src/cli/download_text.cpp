#include "cli/download_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "live/display.hpp"

namespace acts::cli {
namespace {

using history::archive::Day;
using history::archive::day_text;
using history::archive::DownloadProgress;
using history::archive::DownloadReport;
using history::archive::FileState;
using history::archive::SeriesReport;
using history::archive::WantedFile;

std::string name_of(const history::archive::Series& series) {
  return fmt::format("{} {}{}{} {}", to_string(series.market), series.data_set, series.interval.empty() ? "" : " ",
                     series.interval, series.symbol);
}

// "2023-01-31", "2023-01-31 to 2023-02-02".
std::string days_text(const std::vector<Day>& days) {
  std::string text;
  for (std::size_t i = 0; i < days.size();) {
    std::size_t last = i;
    while (last + 1 < days.size() && days[last + 1] - days[last] == std::chrono::days{1}) ++last;
    if (!text.empty()) text += ", ";
    text += day_text(days[i]);
    if (last > i) text += " to " + day_text(days[last]);
    i = last + 1;
  }
  return text;
}

std::size_t missing_days(const SeriesReport& series) {
  return series.missing.size() + static_cast<std::size_t>(series.before_begin);
}

std::string line_of(const SeriesReport& series) {
  const auto count = [&](FileState state) { return std::ranges::count(series.states, state); };
  std::string text =
      fmt::format("{}: {} files fetched, {} there already", name_of(series.series),
                  count(FileState::kFetched) + count(FileState::kRepublished), count(FileState::kUnchanged));
  if (const auto again = count(FileState::kRepublished); again > 0) {
    text += fmt::format(", {} of the fetched were published anew", again);
  }
  if (const auto failed = count(FileState::kFailed); failed > 0) text += fmt::format(", {} failed", failed);
  text += fmt::format(", {} days missing\n", missing_days(series));
  return text;
}

// What is known of the missing days, a line each.
std::string missing_lines(const SeriesReport& series) {
  std::string text;
  if (series.before_begin > 0) {
    text += fmt::format("  missing: {} days in front of {}, where the archive's data begins\n", series.before_begin,
                        day_text(*series.begin));
  }
  if (!series.missing.empty()) text += fmt::format("  missing: {}\n", days_text(series.missing));
  return text;
}

}  // namespace

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits{"bytes", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  return unit == 0 ? fmt::format("{} bytes", bytes)
                   : fmt::format("{:.{}f} {}", value,
                                 value < 9.995   ? 2
                                 : value < 99.95 ? 1
                                                 : 0,
                                 kUnits[unit]);
}

std::string plan_text(const DownloadReport& report) {
  std::string text;
  std::uint64_t all = 0;
  std::uint64_t there = 0;
  for (const SeriesReport& series : report.series) {
    for (std::size_t i = 0; i < series.files.size(); ++i) {
      const WantedFile& file = series.files[i];
      const bool is_there = series.states[i] == FileState::kUnchanged;
      all += file.bytes;
      if (is_there) there += file.bytes;
      text += fmt::format("{}  {}{}\n", file.path, file.bytes > 0 ? bytes_text(file.bytes) : "size not known",
                          is_there ? "  there already" : "");
    }
    if (series.before_begin > 0) {
      text += fmt::format("{}: {} days missing in front of {}, where the archive's data begins\n",
                          name_of(series.series), series.before_begin, day_text(*series.begin));
    }
    if (!series.missing.empty()) {
      text += fmt::format("{}: {} days missing: {}\n", name_of(series.series), series.missing.size(),
                          days_text(series.missing));
    }
  }
  return text + fmt::format("{} to fetch, {} there already\n", bytes_text(all - there), bytes_text(there));
}

std::string report_text(const DownloadReport& report) {
  std::string text;
  for (const SeriesReport& series : report.series) {
    text += line_of(series);
    text += missing_lines(series);
    if (series.unpublished > 0) {
      text += fmt::format("  not published yet: {} days from {} on\n", series.unpublished,
                          day_text(*series.unpublished_from));
    }
    if (series.tail_days > 0) {
      text += fmt::format("  by REST: {} rows in {} files below archive/rest\n", series.tail_rows, series.tail_days);
    }
    for (const std::string& hole : series.tail_holes) text += fmt::format("  by REST: {}\n", hole);
  }
  return text;
}

std::string ProgressText::text(const DownloadProgress& progress, UnixNanos now, std::size_t columns) {
  if (!began_) {
    began_ = now;
    bytes_at_begin_ = progress.bytes;
  }
  constexpr std::size_t kWidth = 20;
  const auto part_of = [](std::uint64_t done, std::uint64_t all) {
    return all == 0 ? 0.0 : static_cast<double>(done) / static_cast<double>(all);
  };
  const double share = std::min(1.0, progress.all_bytes > 0 ? part_of(progress.bytes, progress.all_bytes)
                                                            : part_of(progress.done, progress.files));
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(kWidth));
  std::string text =
      fmt::format("[{}{}] {} of {} files, {}", std::string(filled, '#'), std::string(kWidth - filled, ' '),
                  progress.done, progress.files, bytes_text(progress.bytes));
  if (progress.all_bytes > 0) text += " of " + bytes_text(progress.all_bytes);
  const double seconds = static_cast<double>((now - *began_).count()) * 1e-9;
  const auto came = static_cast<double>(progress.bytes - std::min(progress.bytes, bytes_at_begin_));
  if (seconds >= 1 && came > 0) {
    const double rate = came / seconds;
    text += fmt::format(", {}/s", bytes_text(static_cast<std::uint64_t>(rate)));
    if (progress.all_bytes > progress.bytes) {
      const double left = static_cast<double>(progress.all_bytes - progress.bytes) / rate;
      text += fmt::format(", {:.0f} s left", left);
    }
  }
  return std::string(cut_to_columns(text, columns));
}

}  // namespace acts::cli
