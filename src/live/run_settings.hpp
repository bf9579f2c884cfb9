// What besides the messages decides a run's rows: its recording tells it where the run starts and at the head of every
// further log, in the text form below (index::RunStarted::settings).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/features/bands.hpp"
#include "acts/features/sampler.hpp"

namespace acts {

struct RunSettings {
  BandList bands = BandList::defaults();
  Nanos stale_after = MinuteSampler::kDefaultStaleAfter;

  friend bool operator==(const RunSettings&, const RunSettings&) = default;
};

// "bands=1,4 stale_after_ns=60000000000"
std::string to_string(const RunSettings& settings);

// All keys, each once and no other: what a newer version has added would make other rows. Errors: kBadInput.
Result<RunSettings> parse_run_settings(std::string_view text);

// Of the run to which a recorded log or segment belongs, as one of the first kMostHeadEntries of its index tells (a run
// starts behind the venue's list of symbols). None: there is no index, it cannot be read, or it is older than that.
inline constexpr std::size_t kMostHeadEntries = 10'000;
std::optional<RunSettings> settings_of_recording(const std::string& path);

}  // namespace acts
