// What a data directory's recordings of some symbols give, to be compared with what its store holds.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "acts/features/feature.hpp"

#include "live/replay.hpp"
#include "recording/archive.hpp"

namespace acts::testing {

// By venue, symbol and time, as the store gives them.
inline std::string csv_of(std::vector<MinuteRow> rows) {
  std::ranges::sort(rows, {},
                    [](const MinuteRow& row) { return std::tuple(row.venue(), row.symbol(), row.sample_time()); });
  std::string text;
  for (const MinuteRow& row : rows) append_csv(text, make_schema(BandList::defaults()), row);
  return text;
}

// Expects that all is sealed and sound.
inline std::vector<std::string> sound_segments(const std::string& data_dir, const std::string& symbol,
                                               Venue venue = Venue::kBinanceSpot) {
  const auto files = list_recordings(data_dir);
  EXPECT_TRUE(files.has_value());
  std::vector<std::string> segments;
  if (!files) return segments;
  for (const RecordingFile& file : *files) {
    if (file.venue != to_string(venue)) continue;
    EXPECT_NE(file.symbol, "") << file.path << " is not sealed";
    EXPECT_TRUE(check_recording(file).problems.empty()) << file.path;
    if (file.symbol == symbol) segments.push_back(file.path);
  }
  return segments;
}

// The rows of all its runs; expects that a replay finds nothing wrong, or only `what_is_refused` of the messages.
inline void append_replayed(std::vector<MinuteRow>& rows, const std::vector<std::string>& segments,
                            Venue venue = Venue::kBinanceSpot, std::string_view what_is_refused = {}) {
  ReplayOptions options;
  options.venue = venue;
  Replay replay(
      options, [&rows](MinuteRow&& row) { rows.push_back(std::move(row)); },
      [what_is_refused](const std::string& problem) {
        if (what_is_refused.empty() || !problem.contains(what_is_refused)) ADD_FAILURE() << problem;
      });
  auto reader = RecordingReader::open(segments);
  ASSERT_TRUE(reader.has_value());
  EXPECT_TRUE(replay.run(*reader).has_value());
}

}  // namespace acts::testing
