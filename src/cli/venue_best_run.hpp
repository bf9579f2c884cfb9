// acts features compute best_over_venues: one symbol's recordings of several venues, replayed side by side, and the
// best bid and ask over them on standard output.
#pragma once

#include <string>
#include <string_view>

#include "cli/replay_run.hpp"

namespace acts::cli {

inline constexpr std::string_view kVenueBestName = "best_over_venues";
inline constexpr std::string_view kVenueBestDefinition =
    "best bid and ask of one symbol over all venues whose row is live, and which venue each is of; alone, of "
    "recordings "
    "of several venues or of the data directory";

// Of the settings' files, or, without any, of the data directory. Says on standard error what is wrong. The exit code.
int replay_venue_best(const ReplaySettings& settings, const std::string& data_dir);

}  // namespace acts::cli
