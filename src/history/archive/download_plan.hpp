// Which of the archive's files make a period of a series, and which days there are none of. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "history/archive/archive_layout.hpp"
#include "history/archive/bucket_listing.hpp"

namespace acts::history::archive {

struct PublishedFile {
  std::uint64_t bytes = 0;
  std::string version;  // ListedObject::version
};

// What the archive has of one series, by first day.
struct PublishedFiles {
  std::map<Day, PublishedFile> months;
  std::map<Day, PublishedFile> days;

  [[nodiscard]] bool empty() const { return months.empty() && days.empty(); }
};

// Adds what a listing of directory_of(series, span) names: files of the series alone, and no CHECKSUM.
void add_listed(PublishedFiles& files, const Series& series, Span span, const std::vector<ListedObject>& objects);

struct PlannedFile {
  Span span = Span::kDay;
  Day first;
  PublishedFile published;
  bool is_guess = false;  // not listed (ask_behind_listing())

  friend bool operator==(const PlannedFile& a, const PlannedFile& b) { return a.span == b.span && a.first == b.first; }
};

struct DownloadPlan {
  std::vector<PlannedFile> files;  // by first day
  // Days of the period that no file holds, behind the series' first file and before those that may still come.
  std::vector<Day> missing;
  // Those in front of its first file: this many, up to here.
  std::optional<Day> begin;
  std::int64_t before_begin = 0;
  // Those behind its last file that may still come: this many, from here on.
  std::optional<Day> unpublished_from;
  std::int64_t unpublished = 0;
};

// The first day whose file, if it is not there, may still come: a day's comes on the next one, a month's at the
// beginning of the next one (github.com/binance/binance-public-data, README, read 2026-11), and some days late now and
// then. What is older and not there will not come.
Day first_day_to_come(const Series& series, Day today);

// Days from `from` up to, but not including, `to`; none: from the first there is, up to the last. A month that lies in
// the period whole is one file where there is one; the rest is taken by days. Where the archive has no file of a day,
// but of its month, the month's is taken: it holds more than was asked for. `to_come`: first_day_to_come().
DownloadPlan plan_download(const PublishedFiles& files, std::optional<Day> from, std::optional<Day> to, Day to_come);

// A listing may be some days older than what it lists. Of a series of days that are listed up to one of the last
// kMostGuesses, those from there to yesterday that are wanted are asked for by name: they are files of the plan then,
// and neither missing nor unpublished in it.
inline constexpr std::int64_t kMostGuesses = 7;
void ask_behind_listing(DownloadPlan& plan, const PublishedFiles& files, std::optional<Day> from, std::optional<Day> to,
                        Day today);

}  // namespace acts::history::archive
